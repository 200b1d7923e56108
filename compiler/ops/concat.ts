// concat: channels of two values side by side.
import { defineOp } from '../ir/define-op.ts';
import type { Tensor, ValueType } from '../ir/types.ts';

export const concat = defineOp({
  kind: 'concat', form: 'chip', barrier: 'none',
  doc: 'The channels of the first value, then those of the second.',
  source: 'operators.md section 5, concat',
  takes: [['spike', 'count', 'current'], ['spike', 'count', 'current']],
  attrs: {}, params: {},
  infer([a, b]) {
    if (a.kind !== b.kind) return `joins ${a.kind} and ${b.kind}`;
    if (a.grid[0] !== b.grid[0] || a.grid[1] !== b.grid[1] || a.time !== b.time) return 'joins values of different grid or time';
    return { ...a, channels: a.channels + b.channels, range: [Math.min(a.range[0], b.range[0]), Math.max(a.range[1], b.range[1])] };
  },
  evaluate: { real: join, integer: join },
  bounds: ([a, b]) => ({ low: Float64Array.of(...a.low, ...b.low), high: Float64Array.of(...a.high, ...b.high) }),
});

function join([a, b]: readonly Tensor[], { type: { channels } }: Readonly<{ type: ValueType }>, { types: [first] }: Readonly<{ types: readonly ValueType[] }>): Tensor {
  const rows = a.data.length / first.channels, data = new Float64Array(rows * channels), rest = channels - first.channels;
  for (let row = 0; row < rows; row++) {
    data.set(a.data.subarray(row * first.channels, (row + 1) * first.channels), row * channels);
    data.set(b.data.subarray(row * rest, (row + 1) * rest), row * channels + first.channels);
  }
  return { shape: [...a.shape.slice(0, -1), channels], data };
}
