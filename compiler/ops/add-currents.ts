// add-currents: the residual that adds currents (membrane shortcut).
import { pickNothing, rising } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import { alike, sum, sumBounds } from './add-values.ts';

export const addCurrents = defineOp({
  kind: 'add-currents', form: 'chip', barrier: 'none',
  doc: 'Residual of currents (membrane shortcut): adds signed currents that share one scale per channel; starts from zero every step.',
  source: 'operators.md theorem 14',
  takes: [['current'], ['current']],
  attrs: {}, params: {},
  infer: ([a, b]) => alike(a, b) ?? { ...a, range: sumBounds(a, b) },
  evaluate: { real: sum, integer: sum },
  bounds: rising((a, b) => a + b), pick: pickNothing,
});
