// Seeded random graphs. `networks` are whole spiking transformers (random-network.ts); `mixtures` put any operators together that fit, for what must hold of every graph.
import fc from 'fast-check';
import { checkNode } from '../compiler/ir/check-node.ts';
import { GraphBuilder } from '../compiler/ir/build.ts';
import type { AttrSpec, OpDef, OpTable } from '../compiler/ir/define-op.ts';
import type { Domain, Graph, Pair, Tensor, ValueId, ValueType } from '../compiler/ir/types.ts';
import { elementsOf } from '../compiler/ir/types.ts';
import { constantsOf, operandOf } from '../compiler/ops/host-op.ts';
import { ops } from '../compiler/ops/index.ts';
import type { SlideAttrs } from '../compiler/ops/slide.ts';
import { slidGrid } from '../compiler/ops/slide.ts';
import type { Constants } from '../targets/contract/host/host-function.ts';
import { hostFunctionOf } from '../targets/contract/host/index.ts';
import type { Random } from './random.ts';
import { randomFrom } from './random.ts';

export type { NetworkOptions } from './random-network.ts';
export { networkOptions, networks, randomNetwork } from './random-network.ts';

/** nodes: how many operators are tried behind the source. */
export type MixtureOptions = Readonly<{ seed: number; domain: Domain; steps: number; grid: Pair; channels: number; nodes: number }>;

/** Arbitrary graphs of any operators of a domain; what is given stays fixed. */
export const mixtures = (fixed: Partial<MixtureOptions> = {}): fc.Arbitrary<Graph> => fc.record({
  seed: fc.nat(), domain: fc.constantFrom('integer' as const, 'real' as const), steps: fc.integer({ min: 1, max: 6 }),
  grid: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })), channels: fc.integer({ min: 1, max: 3 }), nodes: fc.integer({ min: 0, max: 25 }),
}).map((options) => randomMixture({ ...options, ...fixed }));

/** A valid graph in which every operator of the domain may follow every other that it can read; names, constants and attributes are as odd as the laws allow. */
export function randomMixture({ seed, domain, steps, grid, channels, nodes }: MixtureOptions): Graph {
  const random = randomFrom(seed), builder = new GraphBuilder(`mixture ${seed}`, steps, ops), table: OpTable = ops;
  const defs = Object.values(table).filter((def) => def.takes.length > 0 && (domain === 'real' || def.evaluate.integer));
  for (const coding of ['direct', 'frames'] as const) builder.add(ops.source, oddName(random), [], { coding, grid, channels, domain });
  // Currents and spikes of one shape to begin with: what most operators read.
  const current = builder.addKind('conv', oddName(random), [1], pointwise, paramsOf('conv', builder.typeOf(1), pointwise, steps, random) ?? {});
  for (let i = 0; i < 3; i++) builder.addKind('lif', oddName(random), [current], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, paramsOf('lif', builder.typeOf(current), {}, steps, random) ?? {});
  for (let i = 0; i < nodes; i++) tryNode(random.pick(defs), builder, random);
  const count = builder.nodes.length;
  for (let i = random.whole(1, 3); i > 0; i--) builder.output(`output ${i}`, random.whole(0, count - 1));
  for (let i = random.whole(0, 3); i > 0; i--) builder.probe(`probe "${i}"`, random.whole(0, count - 1), random.pick(['S T N C', 'S T C H W']));
  return builder.graph();
}

/** Values for every source of a graph, 0..255, about a third of them 0. */
export function randomInputs(graph: Graph, seed: number): Map<string, Float64Array> {
  const random = randomFrom(seed);
  return new Map(graph.nodes.filter((node) => node.inputs.length === 0)
    .map((node) => [node.name, Float64Array.from({ length: elementsOf(node.type, graph.steps) }, () => (random.chance(0.3) ? 0 : random.whole(0, 255)))]));
}

/** Adds the operator on random inputs if it accepts them; most refusals are of shapes that do not meet. */
function tryNode(def: OpDef, builder: GraphBuilder, random: Random): void {
  for (let attempt = 0; attempt < 8; attempt++) {
    const inputs: ValueId[] = [];
    for (const kinds of def.takes) {
      const fitting = builder.nodes.flatMap((node, id) => (kinds.includes(node.type.kind) ? [id] : []));
      if (fitting.length === 0) return;
      inputs.push(random.pick(fitting));
    }
    const types = inputs.map((input) => builder.typeOf(input)), attrs = Object.fromEntries(Object.entries(def.attrs).map(([name, spec]) => [name, attrOf(spec, random)]));
    const own = def.kind === 'plastic' ? plasticParams(types, builder.steps, random) : paramsOf(def.kind, types[0], attrs, builder.steps, random);
    if (!own) continue;
    const params = def.form === 'host' && types[0].domain === 'integer' ? { ...own, ...hostUnits(def.kind, types, constantsOf(attrs, own), random) } : own;
    const type = checkNode(def, types, attrs, params, builder.steps);
    if (typeof type === 'string' || elementsOf(type, builder.steps) > 20_000) continue;
    return void builder.addKind(def.kind, oddName(random), inputs, attrs, params);
  }
}

const pointwise: SlideAttrs = { window: [1, 1], stride: [1, 1], padding: [0, 0] };

function attrOf(spec: AttrSpec, random: Random): unknown {
  switch (spec.as) {
    case 'whole': return random.whole(spec.from, spec.from + 2);
    case 'number': return random.pick([1, -0, 0.25, 1e-5, 1e-300, 123456.789, 5e-324, random.unit()]);
    case 'pair': return [random.whole(spec.from, spec.from + 2), random.whole(spec.from, spec.from + 2)];
    case 'word': return random.pick(spec.of);
  }
}

/** Constants of an operator: the shapes follow from its first input. Undefined where its attributes admit none. An operator with parameters needs a row here. */
function paramsOf(kind: string, x: ValueType, attrs: object, steps: number, random: Random): Record<string, Tensor> | undefined {
  const { channels, domain } = x, per = random.chance(0.5) ? channels : 1;
  const some = (least: number, most: number) => (...shape: number[]): Tensor => ({ shape, data: Float64Array.from({ length: shape.reduce((size, n) => size * n, 1) },
    () => (domain === 'integer' ? random.whole(least, most) : oddNumber(random, least, most))) });
  const real = (...shape: number[]): Tensor => ({ shape, data: Float64Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => oddNumber(random, -100, 100)) });
  const any = some(-100, 100), positive = some(1, 200), maybe = (name: string, tensor: () => Tensor): Record<string, Tensor> => (random.chance(0.5) ? { [name]: tensor() } : {});
  switch (kind) {
    case 'affine': return { scale: any(per), ...maybe('shift', () => any(channels)) };
    case 'norm': return { gamma: any(channels), beta: any(channels), mean: any(channels), variance: positive(channels) };
    case 'lif': return { threshold: positive(per) };
    case 'gain': return { factor: x.time === 'step' && random.chance(0.5) ? any(steps, channels) : any(channels), bias: any(channels) };
    case 'elastic': {
      const wide = random.chance(0.5);
      return { bound: some(0, 200)(...(wide ? [steps, channels] : [steps])), keep: some(0, 3)(steps, 3) };
    }
    case 'mix-steps': {
      const weight = any(steps, steps);
      weight.data.forEach((_, i) => { if (i % steps > Math.floor(i / steps)) weight.data[i] = 0; });
      return { ...maybe('weight', () => weight), least: random.chance(0.5) ? any(steps, channels) : any(steps) };
    }
    case 'scale-steps': return { factor: any(steps) };
    case 'ladder': {
      const { levels } = attrs as Readonly<{ levels: number }>, threshold = per > 1 ? positive(per, levels) : positive(levels);
      for (let at = 0; at < threshold.data.length; at += levels) threshold.data.subarray(at, at + levels).sort();
      return { threshold, strict: { shape: [levels], data: Float64Array.from({ length: levels }, () => random.whole(0, 1)) } };
    }
    case 'gate': {
      const hidden = random.whole(1, 2), levels = random.whole(1, 4);
      return { first: any(hidden, steps), firstBias: any(hidden), second: any(steps, hidden), secondBias: any(steps), ...(domain === 'integer' ? { share: any(channels), level: { shape: [levels], data: any(levels).data.sort() } } : {}) };
    }
    case 'readout': return maybe('bias', () => any(channels));
    case 'conv': {
      const slide = attrs as SlideAttrs, grid = slidGrid(x.grid, slide), columns = random.whole(1, 4);
      if (typeof grid === 'string') return undefined;
      return { weight: some(-128, 127)(slide.window[0] * slide.window[1] * channels, columns), ...maybe('bias', () => any(columns)), ...maybe('border', () => any(grid[0] * grid[1], columns)),
        ...maybe('scale', () => ({ shape: [columns], data: Float64Array.from({ length: columns }, () => random.unit()) })) };
    }
    case 'norm-sums': return { slope: real(channels), offset: real(channels), reach: { shape: [channels], data: real(channels).data.map(Math.abs) } };
    case 'token-shift': return { mix: real(channels) };
    case 'wkv': return { decay: real(channels), first: real(channels) };
    case 'line': return { factor: real(channels), shift: real(channels) };
    case 'layer-norm': return { gamma: real(channels), beta: real(channels) };
    default: return {};
  }
}

/** A plastic matrix has a row per element of its second input. */
function plasticParams([x, input]: readonly ValueType[], steps: number, random: Random): Record<string, Tensor> {
  const { channels } = x, rows = input.grid[0] * input.grid[1] * input.channels, some = (length: number, least: number, most: number, ...shape: number[]): Tensor => ({ shape: shape.length ? shape : [length],
    data: Float64Array.from({ length }, () => (x.domain === 'integer' ? random.whole(least, most) : oddNumber(random, least, most))) });
  return { threshold: some(channels, 1, 200), read: random.chance(0.5) ? some(steps * channels, -100, 100, steps, channels) : some(steps, -100, 100), write: some(rows, -100, 100), fade: some(steps, 0, 50), decay: some(1, 1, 65536), bound: some(1, 1, 16384),
    ...(x.domain === 'integer' ? { slope: some(channels, 1, 50), offset: some(channels, -500, 500), table: some(random.whole(1, 9), -127, 127) } : { centre: some(channels, -2, 2) }) };
}

/** What an integer host node adds: units of all that it reads, of its result, and the range of that. */
function hostUnits(kind: string, inputs: readonly ValueType[], constants: Constants, random: Random): Record<string, Tensor> {
  const units = (size: number): Tensor => ({ shape: [size], data: Float64Array.from({ length: size }, () => random.pick([1, 0.5, 1e-3, random.unit() + 1e-9])) });
  const made = hostFunctionOf(kind).channels(inputs.map(operandOf), constants), channels = typeof made === 'number' ? made : 1;
  return { units: units(inputs.reduce((sum, each) => sum + each.channels, 0)), scale: units(channels), range: { shape: [2, channels], data: Float64Array.from({ length: 2 * channels }, (_, i) => (i < channels ? -1 : 1) * random.whole(0, 500)) } };
}

function oddNumber(random: Random, least: number, most: number): number {
  const inside = random.whole(least, most);
  return random.chance(0.8) ? inside * random.unit() + (least > 0 ? least : 0) : least > 0 ? random.pick([1, 5e-324, 1e300]) : random.pick([0, -0, 5e-324, -1e300, 0.1, inside]);
}

const oddNames = ['block.0.attn.q_lif', 'a b', 'graph', 'fill', 'inf', 'in', 'say "hi"', 'back\\slash', 'näher', '中', '', '__proto__', 'constructor', '3x3', '-1', '#', 'x-y', 'line\nbreak', '\u2028', '\ud800'];
const oddName = (random: Random): string => (random.chance(0.3) ? random.pick(oddNames) : `n${random.whole(0, 30)}`);
