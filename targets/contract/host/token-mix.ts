// token-mix: values of all tokens, added with a weight for each: what attention reads.
import { perChannel, productBounds } from './elementwise.ts';
import { hostFunction, lengthWrong } from './host-function.ts';

/** y[n, e] = sum over the tokens m of a[n, head m] * b[m, e], e a channel of the head. Source: Vaswani et al. (arXiv 1706.03762), equation 1; SpikeLM. */
export const tokenMix = hostFunction({
  operands: ['position', 'tokens'], constants: ['heads'],
  channels([a, b], constants) {
    const wrong = lengthWrong('heads', constants, 1), [heads] = constants.heads;
    if (wrong !== undefined) return wrong;
    if (!(Number.isInteger(heads) && heads > 0 && b.channels % heads === 0)) return `${heads} heads do not divide ${b.channels} channels`;
    return a.channels === heads * b.positions ? b.channels : `has ${a.channels} weights for ${heads} heads of ${b.positions} tokens`;
  },
  bounds: ([a, b], { heads: [heads] }, [, { positions }]) => perChannel(b.low.length, (e) => {
    let least = 0, most = 0;
    for (let head = Math.floor(e / (b.low.length / heads)), m = 0; m < positions; m++) {
      const [below, above] = productBounds(a, b, head * positions + m, e);
      least += below;
      most += above;
    }
    return [least, most];
  }),
  operations: ([, { positions, channels }]) => 2 * channels * positions,
  run([a, b], { heads: [heads] }, result) {
    const tokens = a.length / heads, channels = b.length / tokens, width = channels / heads;
    result.fill(0, 0, channels);
    for (let m = 0; m < tokens; m++) for (let e = 0; e < channels; e++) result[e] += a[Math.floor(e / width) * tokens + m] * b[m * channels + e];
  },
});
