// Between our layout, [steps, positions, channels], and the axes of golden arrays.

export type GoldenShape = Readonly<{ steps: number; grid: readonly [number, number]; channels: number; axes: string }>;

/**
 * One sample in golden order, sample axis left out. axes: 'S T C H W' transposes; 'S T N C' and 'S T C' are ours; figures in the axes ('S T 4 1 8': heads, 1, head width) give the shape.
 */
export function goldenOrder<A extends Uint8Array | Int8Array>(values: A, { steps, grid, channels, axes }: GoldenShape): { shape: readonly number[]; data: A } {
  const positions = grid[0] * grid[1], names = axes.split(' ').slice(2);
  if (names.join(' ') !== 'C H W') return { shape: [steps, ...names.map((name) => (name === 'N' ? positions : name === 'C' ? channels : Number(name)))], data: values };
  const data = values.slice() as A;
  for (let step = 0, at = 0; step < steps; step++) for (let c = 0; c < channels; c++) for (let p = 0; p < positions; p++, at++) data[at] = values[(step * positions + p) * channels + c];
  return { shape: [steps, channels, ...grid], data };
}
