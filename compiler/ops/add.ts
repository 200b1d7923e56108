// add-spikes and add-currents: the two residual families.
import { defineOp } from '../ir/define-op.ts';
import type { Tensor, ValueType } from '../ir/types.ts';

const alike = (a: ValueType, b: ValueType): string | undefined =>
  a.grid[0] === b.grid[0] && a.grid[1] === b.grid[1] && a.channels === b.channels && a.time === b.time ? undefined : 'adds values of different shape or time';
const bounds = (a: ValueType, b: ValueType): readonly [number, number] => [a.range[0] + b.range[0], a.range[1] + b.range[1]];
const sum = ([a, b]: readonly Tensor[]): Tensor => ({ shape: a.shape, data: a.data.map((value, i) => value + b.data[i]) });

export const addSpikes = defineOp({
  kind: 'add-spikes', form: 'chip', barrier: 'none',
  doc: 'Residual of spikes (SEW): adds spikes or small counts; the stream is a count whose bound grows by one with every branch.',
  source: 'operators.md theorems 14 and 15',
  takes: [['spike', 'count'], ['spike', 'count']],
  attrs: {}, params: {},
  infer: ([a, b]) => alike(a, b) ?? { ...a, kind: 'count', range: bounds(a, b) },
  evaluate: { real: sum, integer: sum },
});

export const addCurrents = defineOp({
  kind: 'add-currents', form: 'chip', barrier: 'none',
  doc: 'Residual of currents (membrane shortcut): adds signed currents that share one scale per channel; starts from zero every step.',
  source: 'operators.md theorem 14',
  takes: [['current'], ['current']],
  attrs: {}, params: {},
  infer: ([a, b]) => alike(a, b) ?? { ...a, range: bounds(a, b) },
  evaluate: { real: sum, integer: sum },
});
