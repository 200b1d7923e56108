// Golden arrays and our layout [steps, positions, channels]: one order per axes string, both ways.

type Role = 'position' | 'channel';
/** What an axis runs over: positions are row-major over H, W (or N, or 1), channels over heads and head_dim (or C). A figure stands for its size: channels cut into heads, as 4 and 8 in 'S T 4 1 8'. */
const roles: Readonly<Record<string, Role>> = { H: 'position', W: 'position', N: 'position', HW: 'position', '1': 'position', C: 'channel', heads: 'channel', head_dim: 'channel', length: 'channel' };

const roleOf = (name: string): Role | undefined => (Object.hasOwn(roles, name) ? roles[name] : /^[1-9]\d{0,8}$/.test(name) ? 'channel' : undefined);

/** Where the elements of one step of a golden array lie in ours: order[golden index] = position * channels + channel. steps: of the array, 1 where it has no T axis. */
export type Order = Readonly<{ steps: number; positions: number; channels: number; indices: Int32Array }>;

/** @param axes as in the zoo, 'S T C H W' ('S tokens C' where every step is a token), 'S C H W' of a single step, or with figures. @returns undefined for axes that do not start with S or have an unknown name or another number than `shape` */
export function orderOf(axes: string, shape: readonly number[]): Order | undefined {
  const [samples, ...inner] = axes.split(' '), timed = inner[0] === 'T' || inner[0] === 'tokens', names = timed ? inner.slice(1) : inner, sizes = shape.slice(timed ? 2 : 1);
  if (samples !== 'S' || names.length !== sizes.length || names.some((name) => roleOf(name) === undefined)) return undefined;
  const extent = (role: string) => sizes.reduce((product, size, axis) => (roleOf(names[axis]) === role ? product * size : product), 1);
  const positions = extent('position'), channels = extent('channel'), indices = new Int32Array(positions * channels);
  // Our stride of each golden axis: within its role the last axis runs fastest.
  const strides = names.map((name, axis) => names.reduce((stride, other, later) => (later > axis && roleOf(other) === roleOf(name) ? stride * sizes[later] : stride),
    roleOf(name) === 'position' ? channels : 1));
  for (let golden = 0; golden < indices.length; golden++) {
    let rest = golden, ours = 0;
    for (let axis = sizes.length - 1; axis >= 0; axis--) { ours += (rest % sizes[axis]) * strides[axis]; rest = Math.floor(rest / sizes[axis]); }
    indices[golden] = ours;
  }
  return { steps: timed ? shape[1] : 1, positions, channels, indices };
}

/** Shape of a golden array of a recorded layer; undefined for axes that have an unknown name or are not of the layer's size. */
export function goldenShape(axes: string, { grid: [height, width], channels }: Readonly<{ grid: readonly [number, number]; channels: number }>, samples: number, steps: number): readonly number[] | undefined {
  const sizes: Readonly<Record<string, number>> = { S: samples, T: steps, H: height, W: width, N: height * width, C: channels };
  const shape = axes.split(' ').map((name) => (Object.hasOwn(sizes, name) ? sizes[name] : Number(name)));
  const each = shape.slice(2).reduce((product, size) => product * size, 1);
  return /^S T( |$)/.test(axes) && each === height * width * channels ? shape : undefined;
}

/** Golden order -> ours, for whole steps. `at(i)`: element i of the golden sample. */
export function fromGolden(at: (index: number) => number, { indices }: Order, steps: number): Float64Array {
  const values = new Float64Array(steps * indices.length);
  for (let step = 0, from = 0; step < steps; step++) for (let i = 0; i < indices.length; i++, from++) values[step * indices.length + indices[i]] = at(from);
  return values;
}

/** Ours -> golden order, for whole steps. */
export function toGolden(values: ArrayLike<number>, { indices }: Order): Float64Array {
  const golden = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += indices.length) for (let i = 0; i < indices.length; i++) golden[start + i] = values[start + indices[i]];
  return golden;
}

/** Element i of an array of bits, most significant bit first. */
export const bitAt = (packed: ArrayLike<number>, i: number): number => (packed[i >> 3] >> (7 - (i & 7))) & 1;
