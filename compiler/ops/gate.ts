// gate: temporal-wise attention: every step of a current is weighed by what a small network makes of the means of all steps.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';

type GateParams = Readonly<Record<'first' | 'firstBias' | 'second' | 'secondBias', Tensor>> & Readonly<{ share?: Tensor; level?: Tensor }>;

export const gate = defineOp({
  kind: 'gate', form: 'chip', barrier: 'time',
  doc: 'y[t] = d[t] * x[t] with d = sigmoid(second . relu(first . s + firstBias) + secondBias) over the steps, s[t] the mean of x[t] over positions and channels. '
    + 'In integers s is the sum of share[c] * x[t, c], d[t] = L / levels with L the number of levels that the score reaches, and y = floor(x * L / levels + 1/2): a gate of 0 or 1 changes nothing else.',
  source: 'models-other.md section 3 (TA-SNN); operators.md section 5, frame gate and T-barrier',
  takes: [['current']],
  attrs: {},
  params: {
    first: { shape: '[hidden, steps]', optional: false, doc: 'weights of the hidden layer' }, firstBias: { shape: '[hidden]', optional: false, doc: 'its bias' },
    second: { shape: '[steps, hidden]', optional: false, doc: 'weights of the scores' }, secondBias: { shape: '[steps]', optional: false, doc: 'their bias' },
    share: { shape: '[channels]', optional: true, doc: 'what one unit of each channel counts in the sum, in integer graphs' },
    level: { shape: '[levels]', optional: true, doc: 'scores from which the gate is one level further open, ascending, in integer graphs' },
  },
  infer([x], _, params, steps) {
    if (x.time === 'once') return 'reads a value without steps; repeat it first';
    const { first, firstBias, second, secondBias, share, level } = params, [hidden] = first.shape;
    const wrong = shapeWrong('first', first, [hidden, steps]) ?? shapeWrong('firstBias', firstBias, [hidden]) ?? shapeWrong('second', second, [steps, hidden]) ?? shapeWrong('secondBias', secondBias, [steps]) ?? shapeWrong('share', share, [x.channels]);
    if (wrong !== undefined) return wrong;
    if (x.domain === 'real') return share || level ? 'share and level belong to integer graphs' : { ...x, range: [-Infinity, Infinity] };
    if (!share || !level || level.shape.length !== 1 || level.data.length === 0) return 'needs the parameters "share" and "level" in an integer graph';
    const falls = level.data.findIndex((value, i) => i > 0 && value < level.data[i - 1]);
    if (falls >= 0) return `level ${falls} is below the one before it`;
    return { ...x, range: [Math.min(0, x.range[0]), Math.max(0, x.range[1])] };
  },
  evaluate: {
    real([x], { params, type: { channels } }, { steps }) {
      // The mean over positions and channels; channels in whole units count by what their unit is worth.
      const each = x.data.length / steps, shares = Float64Array.from({ length: channels }, (_, c) => (params.share ? params.share.data[c] : 1) / each), scores = scoresOf(x, steps, shares, params as GateParams), open = scores.map((score) => 1 / (1 + Math.exp(-score)));
      return { shape: x.shape, data: x.data.map((value, i) => open[Math.floor(i / each)] * value) };
    },
    integer([x], { params }, { steps }) {
      const each = x.data.length / steps, { data: thresholds } = params.level!, levels = thresholds.length, scores = scoresOf(x, steps, params.share!.data, params as GateParams);
      const open = scores.map((score) => thresholds.reduce((level, threshold) => level + Number(score >= threshold), 0));
      return { shape: x.shape, data: x.data.map((value, i) => Math.floor((2 * value * open[Math.floor(i / each)] + levels) / (2 * levels))) };
    },
  },
});

/** Scores [steps] of one sample. */
function scoresOf(x: Tensor, steps: number, share: Float64Array, { first, firstBias, second, secondBias }: GateParams): Float64Array {
  const each = x.data.length / steps, hidden = firstBias.data.length, sums = new Float64Array(steps), inner = new Float64Array(hidden);
  for (let i = 0; i < x.data.length; i++) sums[Math.floor(i / each)] += share[i % share.length] * x.data[i];
  for (let h = 0; h < hidden; h++) inner[h] = Math.max(0, sums.reduce((sum, value, t) => sum + first.data[h * steps + t] * value, firstBias.data[h]));
  return secondBias.data.map((bias, t) => inner.reduce((sum, value, h) => sum + second.data[t * hidden + h] * value, bias));
}

/** No partial sum of a step, and none of a score, is larger. */
export function gateReach(x: ValueType, params: Readonly<Record<string, Tensor>>): Readonly<{ sum: number; score: number }> {
  const { first, firstBias, second, secondBias, share } = params, [hidden, steps] = first.shape, most = Math.max(-x.range[0], x.range[1], 0);
  const sum = positionsOf(x) * most * share.data.reduce((total, each) => total + Math.abs(each), 0);
  const inner = firstBias.data.map((bias, h) => { let weights = 0; for (let t = 0; t < steps; t++) weights += Math.abs(first.data[h * steps + t]); return Math.abs(bias) + weights * sum; });
  return { sum, score: Math.max(0, ...inner, ...secondBias.data.map((bias, t) => inner.reduce((total, value, h) => total + Math.abs(second.data[t * hidden + h]) * value, Math.abs(bias)))) };
}
