// add-spikes: the residual that adds spikes (SEW).
import { pickNothing, rising } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import { alike, sum, sumBounds } from './add-values.ts';

export const addSpikes = defineOp({
  kind: 'add-spikes', form: 'chip', barrier: 'none',
  doc: 'Residual of spikes (SEW): adds spikes or small counts; the stream is a count whose bound grows by one with every branch.',
  source: 'operators.md theorems 14 and 15',
  takes: [['spike', 'count'], ['spike', 'count']],
  attrs: {}, params: {},
  infer: ([a, b]) => alike(a, b) ?? { ...a, kind: 'count', range: sumBounds(a, b) },
  evaluate: { real: sum, integer: sum },
  bounds: rising((a, b) => a + b), pick: pickNothing,
});
