// readout: what leaves the network: sums over steps, and over tokens where the head reads a mean over tokens.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';

export type ReadoutAttrs = Readonly<{ scale: number; keepSteps?: number; keepPositions?: number }>;

export const readout = defineOp({
  kind: 'readout', form: 'chip', barrier: 'time',
  doc: 'Sum over steps and positions, unless they are kept apart (keepSteps, keepPositions = 1); steps may carry a factor each, kept apart or not. Real: scale times the mean (weighted steps are not averaged), '
    + 'plus bias. Integer: plus the bias, already times that number; result = scale * integer / number. With rows the host turns results into scores: rows . result + offset; an integer graph hands on what leaves the chip, before them. Results are held at `most`, on the host as well.',
  source: 'operators.md section 4 and theorem 3 (head); models.md section 12 (time weights)',
  takes: [['current', 'spike', 'count', 'ternary']],
  attrs: { scale: { as: 'number', doc: 'integer graphs: real value of one unit of the sum; real graphs: factor of the mean (1 / N behind a sum over N tokens, else 1)' }, keepSteps: { as: 'whole', from: 0, absent: 0, doc: '1: one result per step' },
    keepPositions: { as: 'whole', from: 0, absent: 0, doc: '1: one result per position' } },
  params: { bias: { shape: '[channels]', optional: true, doc: 'added once per result' }, stepWeight: { shape: '[steps]', optional: true, doc: 'factor of each step' },
    rows: { shape: '[scores, channels]', optional: true, doc: 'real numbers: what each score weighs the channels of a result with, on the host' }, offset: { shape: '[scores]', optional: true, doc: 'added to the scores of rows' },
    most: { shape: '[1]', optional: true, doc: 'real number: what no result exceeds' } },
  infer([x], { keepSteps = 0, keepPositions = 0 }, { bias, stepWeight, rows, offset, most: cap }, steps) {
    if (x.time === 'once') return 'reads a value without steps';
    if (keepSteps > 1 || keepPositions > 1) return 'keepSteps and keepPositions are 0 or 1';
    let least = 0, most = 0;
    for (const b of bias?.data ?? []) { least = Math.min(least, b); most = Math.max(most, b); }
    const wrong = shapeWrong('bias', bias, [x.channels]) ?? shapeWrong('stepWeight', stepWeight, [steps]);
    if (wrong !== undefined) return wrong;
    if (cap && (rows || cap.data.length !== 1)) return rows ? 'holds results at a largest value that rows weigh' : 'parameter "most" must have one entry';
    if (rows && (rows.shape.length !== 2 || rows.shape[1] !== x.channels)) return `parameter "rows" must have shape [scores, ${x.channels}], has [${rows.shape.join(', ')}]`;
    if (offset && (!rows || offset.data.length !== rows.shape[0])) return 'parameter "offset" must have one entry per row of "rows"';
    const positions = keepPositions ? 1 : positionsOf(x), weights = stepWeight ? [...stepWeight.data] : Array<number>(keepSteps ? 1 : steps).fill(1);
    const lows = weights.map((w) => Math.min(w * x.range[0], w * x.range[1])), highs = weights.map((w) => Math.max(w * x.range[0], w * x.range[1]));
    const low = keepSteps ? lows.reduce((a, b) => Math.min(a, b)) : lows.reduce((a, b) => a + b), high = keepSteps ? highs.reduce((a, b) => Math.max(a, b)) : highs.reduce((a, b) => a + b);
    const range: readonly [number, number] = x.domain === 'real' ? [-Infinity, Infinity] : [positions * low + least, positions * high + most];
    const channels = rows && x.domain === 'real' ? rows.shape[0] : x.channels;
    return { ...x, kind: 'current', channels, grid: keepPositions ? x.grid : [1, 1], time: keepSteps ? 'step' : 'once', range };
  },
  evaluate: {
    real(inputs, node, context) {
      const results = total(inputs[0], node, context, (sum, bias) => (sum / termsOf(context.types[0], node, context.steps)) * node.attrs.scale + bias);
      return node.params.rows ? scored(results, node.params.rows, node.params.offset) : capped(results, node.params.most?.data[0]);
    },
    integer: (inputs, node, context) => total(inputs[0], node, context, (sum, bias) => sum + bias),
  },
});

/** How many values one result averages. */
export const termsOf = (input: ValueType, { attrs: { keepSteps, keepPositions }, params: { stepWeight } }: Pick<Node<string, ReadoutAttrs>, 'attrs' | 'params'>, steps: number): number =>
  (keepSteps || stepWeight ? 1 : steps) * (keepPositions ? 1 : positionsOf(input));

/** Results held at the most that they may be. */
const capped = (results: Tensor, most = Infinity): Tensor => ({ ...results, data: results.data.map((value) => Math.min(value, most)) });

/** rows . result + offset, for every result. @param results [..., channels] @param rows [scores, channels] @param offset [scores] */
export function scored({ shape, data }: Tensor, { shape: [scores, channels], data: rows }: Tensor, offset?: Tensor): Tensor {
  const made = new Float64Array((data.length / channels) * scores);
  for (let result = 0, to = 0; result < data.length; result += channels) {
    for (let score = 0; score < scores; score++, to++) for (let c = 0; c < channels; c++) made[to] += rows[score * channels + c] * data[result + c];
    if (offset) for (let score = 0; score < scores; score++) made[to - scores + score] += offset.data[score];
  }
  return { shape: [...shape.slice(0, -1), scores], data: made };
}

function total(x: Tensor, { params: { bias, stepWeight }, attrs: { keepSteps, keepPositions } }: Node<string, ReadoutAttrs>, { types: [input], steps }: Readonly<{ types: readonly ValueType[]; steps: number }>,
  finish: (sum: number, bias: number) => number): Tensor {
  const positions = positionsOf(input), { channels } = input, shape = [...(keepSteps ? [steps] : []), keepPositions ? positions : 1, channels], data = new Float64Array(shape.reduce((size, n) => size * n, 1));
  for (let step = 0, at = 0; step < steps; step++) {
    for (let position = 0; position < positions; position++) {
      const to = ((keepSteps ? step : 0) * (keepPositions ? positions : 1) + (keepPositions ? position : 0)) * channels;
      for (let c = 0; c < channels; c++, at++) data[to + c] += x.data[at] * (stepWeight ? stepWeight.data[step] : 1);
    }
  }
  return { shape, data: data.map((sum, i) => finish(sum, bias ? bias.data[i % channels] : 0)) };
}
