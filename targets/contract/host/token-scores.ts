// token-scores: every token against every other: products over the channels of a head.
import { productBounds } from './elementwise.ts';
import { hostFunction, lengthWrong } from './host-function.ts';

/** y[n, head m] = sum over the channels c of the head of a[n, c] * b[m, c]: one channel per head and token of the second operand. Source: Vaswani et al. (arXiv 1706.03762), equation 1; SpikeLM. */
export const tokenScores = hostFunction({
  operands: ['position', 'tokens'], constants: ['heads'],
  channels([a, b], constants) {
    const wrong = lengthWrong('heads', constants, 1), [heads] = constants.heads;
    if (wrong !== undefined) return wrong;
    if (!(Number.isInteger(heads) && heads > 0 && a.channels % heads === 0)) return `${heads} heads do not divide ${a.channels} channels`;
    return a.channels === b.channels ? heads * b.positions : `multiplies ${a.channels} channels with ${b.channels}`;
  },
  bounds([a, b], { heads: [heads] }, [, { positions }]) {
    const channels = a.low.length, width = channels / heads, low = new Float64Array(heads * positions), high = new Float64Array(heads * positions);
    for (let head = 0; head < heads; head++) {
      let least = 0, most = 0;
      for (let c = head * width; c < (head + 1) * width; c++) {
        const [below, above] = productBounds(a, b, c, c);
        least += below;
        most += above;
      }
      low.fill(least, head * positions, (head + 1) * positions);
      high.fill(most, head * positions, (head + 1) * positions);
    }
    return { low, high };
  },
  operations: ([a, { positions }]) => 2 * a.channels * positions,
  run([a, b], { heads: [heads] }, result) {
    const channels = a.length, width = channels / heads, tokens = b.length / channels;
    for (let head = 0, to = 0; head < heads; head++) for (let m = 0; m < tokens; m++, to++) {
      let sum = 0;
      for (let c = head * width; c < (head + 1) * width; c++) sum += a[c] * b[m * channels + c];
      result[to] = sum;
    }
  },
});
