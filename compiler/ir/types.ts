// The graph: one value per node, named; a typed, immutable list in topological order. It knows what an operator is, and none by name.

export type Pair = readonly [height: number, width: number];
/** Index of a node in its graph, which is the id of the one value it defines. */
export type ValueId = number;
/** real: float64, the oracle; integer: the definition of the chip. */
export type Domain = 'real' | 'integer';
export const valueKinds = ['pixel', 'spike', 'ternary', 'count', 'current'] as const;
export type ValueKind = (typeof valueKinds)[number];

/**
 * What a value is. grid: positions = grid[0] * grid[1], token n = y * width + x. range: static bounds (infinite for real currents).
 * time: 'once' has one copy per sample, 'step' one per time step. There is no batch dimension.
 */
export type ValueType = Readonly<{ kind: ValueKind; domain: Domain; range: readonly [low: number, high: number]; grid: Pair; channels: number; time: 'once' | 'step' }>;

/** Row-major numbers. A value is [positions, channels], with the steps in front when its time is 'step'. Integers are held exactly. */
export type Tensor = Readonly<{ shape: readonly number[]; data: Float64Array }>;

export type Location = Readonly<{ file: string; line: number; column: number }>;

/** params: constants of the node by name (weight, bias, threshold, ...). */
export type Node<K extends string = string, A extends object = object> = Readonly<{ name: string; kind: K; attrs: A; inputs: readonly ValueId[]; params: Readonly<Record<string, Tensor>>;
  type: ValueType; loc?: Location }>;

/**
 * A value that runs can record under a published name; axes as in the conformance zoo ('S T N C', 'S T C H W'), heads as figures ('S T 4 1 8').
 * places: where the channels of the published layer are, if the value has fewer: its channel, -1 (nothing reads it), or -2 - v (it always is v).
 */
export type ProbePoint = Readonly<{ name: string; value: ValueId; axes: string; places?: readonly number[] }>;

export type Graph = Readonly<{ name: string; steps: number; nodes: readonly Node[]; outputs: readonly Readonly<{ name: string; value: ValueId }>[]; probes: readonly ProbePoint[] }>;

export const positionsOf = (type: ValueType): number => type.grid[0] * type.grid[1];
export const elementsOf = (type: ValueType, steps: number): number => positionsOf(type) * type.channels * (type.time === 'step' ? steps : 1);
export const shapeOf = (type: ValueType, steps: number): readonly number[] => (type.time === 'step' ? [steps] : []).concat(positionsOf(type), type.channels);
export const sameType = (a: ValueType, b: ValueType): boolean =>
  a.kind === b.kind && a.domain === b.domain && a.range[0] === b.range[0] && a.range[1] === b.range[1] && a.grid[0] === b.grid[0] && a.grid[1] === b.grid[1]
  && a.channels === b.channels && a.time === b.time;
