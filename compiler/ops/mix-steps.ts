// mix-steps: a neuron that weighs its whole past instead of keeping a potential.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';

export const mixSteps = defineOp({
  kind: 'mix-steps', form: 'chip', barrier: 'none',
  doc: 'h[t] = sum over s <= t of weight[t, s] * x[s], spike = [h[t] >= least[t]]; nothing is reset. Without weights h = x: a threshold per step, and no state. A least below 1 fires in silence, too.',
  source: 'operators.md section 5, temporal.mix and threshold.t; models.md section 9 (SNN-ViT)',
  takes: [['current', 'count']],
  attrs: {},
  params: {
    weight: { shape: '[steps, steps]', optional: true, doc: 'lower-triangular: a step sees itself and those before it' },
    least: { shape: '[steps] or [steps, channels]', optional: false, doc: 'least h that fires, in units of h' },
  },
  infer([x], _, { weight, least }, steps) {
    if (x.time === 'once') return 'reads a value without steps; repeat it first';
    const ahead = weight ? weight.data.findIndex((w, i) => w !== 0 && i % steps > Math.floor(i / steps)) : -1;
    return shapeWrong('weight', weight, [steps, steps]) ?? shapeWrong('least', least, [steps], [steps, x.channels])
      ?? (ahead >= 0 ? `step ${Math.floor(ahead / steps)} weighs step ${ahead % steps}, which comes after it` : { ...x, kind: 'spike', range: [0, 1] });
  },
  evaluate: { real: mix, integer: mix },
});

function mix([x]: readonly Tensor[], { params: { weight, least }, type: { channels } }: Node<string, object>, { steps }: Readonly<{ steps: number }>): Tensor {
  const size = x.data.length / steps, data = new Float64Array(x.data.length), own = least.data.length > steps;
  for (let step = 0, at = 0; step < steps; step++) for (let i = 0; i < size; i++, at++) {
    let sum = 0;
    if (weight) for (let past = 0; past <= step; past++) sum += weight.data[step * steps + past] * x.data[past * size + i];
    else sum = x.data[at];
    data[at] = Number(sum >= least.data[own ? step * channels + (i % channels) : step]);
  }
  return { shape: x.shape, data };
}

/** No partial sum of a step, in any order, leaves these bounds. */
export function mixBounds({ range: [low, high] }: Pick<ValueType, 'range'>, weight: Tensor | undefined, steps: number): readonly [low: number, high: number] {
  if (!weight) return [low, high];
  let least = 0, most = 0;
  for (let step = 0; step < steps; step++) {
    let below = 0, above = 0;
    for (let past = 0; past <= step; past++) { const ends = [low, high].map((end) => weight.data[step * steps + past] * end); below += Math.min(0, ...ends); above += Math.max(0, ...ends); }
    least = Math.min(least, below);
    most = Math.max(most, above);
  }
  return [least, most];
}

/** Whether some step weighs one before it, so that inputs are kept. */
export const keepsInputs = (weight: Tensor | undefined, steps: number): boolean => weight !== undefined && weight.data.some((w, i) => w !== 0 && i % steps < Math.floor(i / steps));
