// norm: batch normalisation at inference, a model operator that folds into the layer before it.
import { defineOp } from '../ir/define-op.ts';
import { shapeWrong } from '../ir/check-node.ts';

export const norm = defineOp({
  kind: 'norm', form: 'model', barrier: 'none',
  doc: 'Batch normalisation with running statistics: y = (x - mean) / sqrt(variance + epsilon) * gamma + beta per channel.',
  source: 'operators.md theorem 3',
  takes: [['current']],
  attrs: { epsilon: { as: 'number', doc: 'added to the variance' } },
  params: {
    gamma: { shape: '[channels]', optional: false, doc: 'learned factor' },
    beta: { shape: '[channels]', optional: false, doc: 'learned offset' },
    mean: { shape: '[channels]', optional: false, doc: 'running mean' },
    variance: { shape: '[channels]', optional: false, doc: 'running variance' },
  },
  infer([x], { epsilon }, params) {
    const wrong = Object.entries(params).map(([name, tensor]) => shapeWrong(name, tensor, [x.channels])).find((one) => one !== undefined), damaged = params.variance.data.findIndex((value) => !(value >= 0 && value + epsilon > 0));
    return wrong ?? (damaged >= 0 ? `parameter "variance" of channel ${damaged} is ${params.variance.data[damaged]}: wanted 0 or more, and more than 0 with epsilon ${epsilon}` : x);
  },
  evaluate: {
    real([x], { params: { gamma, beta, mean, variance }, attrs: { epsilon }, type: { channels } }) {
      const scales = variance.data.map((v, c) => gamma.data[c] / Math.sqrt(v + epsilon));
      return { shape: x.shape, data: x.data.map((value, i) => (value - mean.data[i % channels]) * scales[i % channels] + beta.data[i % channels]) };
    },
  },
});
