// wkv: a running average of values, weighted by exponentials of their keys that fade from token to token.
import { perChannel } from './elementwise.ts';
import { hostFunction, lengthWrong } from './host-function.ts';

/**
 * y = (p' + e^(first + k) v) / (q' + e^(first + k)) with p' and q' the sums of e^k v and e^k so far, each faded by e^decay a step. Kept as p, q over e^o, so that no exponential overflows.
 * q is above 0 once a token has been seen: where it is 0 there is none yet, and o is minus infinity.
 * Source: models-other.md section 7; SpikeGPT (arXiv 2302.13939), equations of RWKV; the published recurrence starts at o = -1e38.
 */
export const wkv = hostFunction({
  operands: ['position', 'position'], constants: ['decay', 'first'],
  channels: ([k, v], constants) => lengthWrong('decay', constants, k.channels) ?? lengthWrong('first', constants, k.channels) ?? (k.channels === v.channels ? k.channels : `weighs ${v.channels} values by ${k.channels} keys`),
  state: ([{ channels }]) => 3 * channels,
  // Two maxima, four exponentials, the rest as written in `run`.
  operations: ([{ channels }]) => 23 * channels,
  // An average with weights above 0.
  bounds: ([, { low, high }]) => perChannel(low.length, (c) => [low[c], high[c]]),
  run([k, v], { decay, first }, result, state) {
    const channels = k.length;
    for (let c = 0; c < channels; c++) {
      const p = state[c], q = state[channels + c], o = q === 0 ? -Infinity : state[2 * channels + c];
      const now = Math.max(o, first[c] + k[c]), old = Math.exp(o - now), fresh = Math.exp(first[c] + k[c] - now);
      result[c] = (old * p + fresh * v[c]) / (old * q + fresh);
      const next = Math.max(decay[c] + o, k[c]), faded = Math.exp(decay[c] + o - next), added = Math.exp(k[c] - next);
      state[c] = faded * p + added * v[c];
      state[channels + c] = faded * q + added;
      state[2 * channels + c] = next;
    }
  },
});
