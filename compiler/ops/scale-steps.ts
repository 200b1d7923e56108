// scale-steps: a factor per time step, a model operator that folds away.
import { defineOp } from '../ir/define-op.ts';
import { shapeWrong } from '../ir/check-node.ts';

export const scaleSteps = defineOp({
  kind: 'scale-steps', form: 'model', barrier: 'none',
  doc: 'y[t] = factor[t] * x[t], the same for all positions and channels: the amplitude of ternary spikes, a decay of inputs.',
  source: 'operators.md N7 (amplitude per step: W (a q) = (a W) q); models-other.md section 8 (inputs that fade)',
  takes: [['pixel', 'spike', 'ternary', 'count', 'current']],
  attrs: {},
  params: { factor: { shape: '[steps]', optional: false, doc: 'one number per step' } },
  infer: ([x], _, { factor }, steps) => (x.time === 'once' ? 'reads a value without steps; repeat it first' : undefined) ?? shapeWrong('factor', factor, [steps]) ?? { ...x, kind: 'current', range: [-Infinity, Infinity] },
  evaluate: {
    real([x], { params: { factor } }, { steps }) {
      const each = x.data.length / steps;
      return { shape: x.shape, data: x.data.map((value, i) => factor.data[Math.floor(i / each)] * value) };
    },
  },
});
