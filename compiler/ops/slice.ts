// slice: a run of channels.
import { defineOp } from '../ir/define-op.ts';

export const slice = defineOp({
  kind: 'slice', form: 'chip', barrier: 'none',
  doc: 'Channels from .. from + count - 1 of a value: an address, no work.',
  source: 'operators.md section 5',
  takes: [['spike', 'ternary', 'count', 'current']],
  attrs: { from: { as: 'whole', from: 0, doc: 'first channel' }, count: { as: 'whole', from: 1, doc: 'number of channels' } },
  params: {},
  infer: ([x], { from, count }) => (from + count <= x.channels ? { ...x, channels: count } : `takes channels ${from} to ${from + count - 1} of ${x.channels}`),
  evaluate: { real: cut, integer: cut },
  bounds: ([x], { attrs: { from, count } }) => ({ low: x.low.slice(from, from + count), high: x.high.slice(from, from + count) }),
});

function cut([x]: readonly { shape: readonly number[]; data: Float64Array }[], { attrs: { from, count } }: Readonly<{ attrs: Readonly<{ from: number; count: number }> }>,
  { types: [{ channels }] }: Readonly<{ types: readonly Readonly<{ channels: number }>[] }>) {
  const rows = x.data.length / channels, data = new Float64Array(rows * count);
  for (let row = 0; row < rows; row++) data.set(x.data.subarray(row * channels + from, row * channels + from + count), row * count);
  return { shape: [...x.shape.slice(0, -1), count], data };
}
