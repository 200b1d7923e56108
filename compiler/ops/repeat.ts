// repeat: a value given once, seen again at every step.
import { pickNothing, sameBounds } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';

export const repeat = defineOp({
  kind: 'repeat', form: 'chip', barrier: 'none',
  doc: 'The same value at every step. Behind the first convolution it reads the hoisted sums back from state memory (once computed, re-injected each step).',
  source: 'operators.md theorem 16',
  takes: [['pixel', 'current']],
  attrs: {},
  params: {},
  infer: ([x]) => (x.time === 'once' ? { ...x, time: 'step' } : 'repeats a value that has steps already'),
  evaluate: { real: again, integer: again },
  bounds: sameBounds, pick: pickNothing,
});

function again([x]: readonly { shape: readonly number[]; data: Float64Array }[], _: unknown, { steps }: { steps: number }) {
  const data = new Float64Array(x.data.length * steps);
  for (let step = 0; step < steps; step++) data.set(x.data, step * x.data.length);
  return { shape: [steps, ...x.shape], data };
}
