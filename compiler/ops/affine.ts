// affine: scale and shift per channel, a model operator that folds away.
import { defineOp } from '../ir/define-op.ts';
import { shapeWrong } from '../ir/check-node.ts';

export const affine = defineOp({
  kind: 'affine', form: 'model', barrier: 'none',
  doc: 'y = scale * x + shift per channel (one number for all channels when the parameter has one entry): pixel scaling, input normalisation, attention scale, mean over tokens.',
  source: 'operators.md theorems 3 and 4',
  takes: [['pixel', 'spike', 'count', 'current']],
  attrs: {},
  params: { scale: { shape: '[channels] or [1]', optional: false, doc: 'factor' }, shift: { shape: '[channels] or [1]', optional: true, doc: 'added after scaling' } },
  infer: ([x], _, { scale, shift }) => shapeWrong('scale', scale, [x.channels], [1]) ?? shapeWrong('shift', shift, [x.channels], [1])
    ?? { ...x, kind: 'current', range: [-Infinity, Infinity] },
  evaluate: {
    real([x], { params: { scale, shift }, type: { channels } }) {
      const scales = perChannel(scale.data, channels), shifts = shift ? perChannel(shift.data, channels) : new Float64Array(channels);
      return { shape: x.shape, data: x.data.map((value, i) => scales[i % channels] * value + shifts[i % channels]) };
    },
  },
});

/** A parameter of one entry or one per channel, as one per channel. */
export const perChannel = (data: Float64Array, channels: number): Float64Array => (data.length === channels ? data : new Float64Array(channels).fill(data[0]));
