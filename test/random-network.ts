// Seeded random spiking transformers of both residual families, in the shape that the importers give (real) or that the passes leave (integer).
import fc from 'fast-check';
import type { Domain, Graph, Pair, Tensor, ValueId } from '../compiler/ir/types.ts';
import { GraphBuilder } from '../compiler/ir/build.ts';
import { addCurrents, addSpikes, affine, and, conv, headPool, lif, maxPool, norm, ops, orTokens, readout, repeat, source, ssa, sumTokens } from '../compiler/ops/index.ts';
import type { SlideAttrs } from '../compiler/ops/slide.ts';
import { slidGrid } from '../compiler/ops/slide.ts';
import type { Random } from './random.ts';
import { randomFrom } from './random.ts';

/**
 * add-spikes: Spikformer; add-currents: Spike-driven Transformer V1. heads * width channels in the blocks. border: a random border correction on the first convolution
 * (integer networks with direct coding only: in a real one fold-input makes it).
 */
export type NetworkOptions = Readonly<{ seed: number; domain: Domain; family: 'add-spikes' | 'add-currents'; attention: 'ssa' | 'boolean'; coding: 'direct' | 'frames'; steps: number; grid: Pair;
  channels: number; heads: number; width: number; blocks: number; border: boolean }>;

/** Arbitrary options; what is given stays fixed. Sizes shrink, weights follow from the seed. */
export const networkOptions = (fixed: Partial<NetworkOptions> = {}): fc.Arbitrary<NetworkOptions> => fc.record({
  seed: fc.nat(), domain: fc.constantFrom('integer' as const, 'real' as const), family: fc.constantFrom('add-spikes' as const, 'add-currents' as const),
  attention: fc.constantFrom('ssa' as const, 'boolean' as const), coding: fc.constantFrom('direct' as const, 'frames' as const), steps: fc.integer({ min: 1, max: 6 }),
  grid: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), channels: fc.integer({ min: 1, max: 3 }), heads: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 1, max: 5 }), blocks: fc.integer({ min: 1, max: 2 }), border: fc.boolean(),
}).map((options) => ({ ...options, ...fixed }));

/** Arbitrary networks. */
export const networks = (fixed: Partial<NetworkOptions> = {}): fc.Arbitrary<Graph> => networkOptions(fixed).map(randomNetwork);

/**
 * A network whose weights are dyadic: the real one of a seed (affine and norm still in it) and the integer one of the same seed have the same structure, the same neurons and,
 * theorem by theorem, the same spikes. Names of the neurons agree. Every spiking layer is a probe; the output is "logits".
 */
export function randomNetwork(options: NetworkOptions): Graph {
  const network = new Network(options), { builder } = network;
  let stream = network.stem();
  for (let block = 0; block < options.blocks; block++) stream = network.block(stream, `block.${block}`);
  builder.output('logits', network.head(stream));
  return builder.graph();
}

const largestCode = 40;

class Network {
  readonly builder: GraphBuilder;
  readonly #options: NetworkOptions;
  readonly #random: Random;
  readonly #real: boolean;
  readonly #embedded: number;
  /** Fractional bits of the currents of the residual stream: all its writers share them. */
  readonly #streamBits: number;

  constructor(options: NetworkOptions) {
    this.builder = new GraphBuilder(`${options.family} ${options.seed}`, options.steps, ops);
    this.#options = options;
    this.#random = randomFrom(options.seed);
    this.#real = options.domain === 'real';
    this.#embedded = options.heads * options.width;
    this.#streamBits = fractionalBits(this.#embedded * 3);
  }

  /** Two or three convolutions, the first on pixels; spikes for one family, a current for the other. */
  stem(): ValueId {
    const { coding, grid, channels, domain, family } = this.#options, random = this.#random, { builder } = this;
    const image = builder.add(source, 'image', [], { coding, grid, channels, domain });
    const pixels = this.#real ? builder.add(affine, 'pixel-scale', [image], {}, { scale: constant([1], [2 ** -8]) }) : image;
    let x = this.#firstNeurons(pixels);
    for (let layer = 1, last = random.whole(1, 2); layer <= last; layer++) {
      const bits = layer === last ? this.#streamBits : undefined, current = this.#linear(x, layer === last ? this.#embedded : random.whole(1, 6), `stem.${layer}`, 'window', bits);
      if (layer === last && family === 'add-currents') return this.#pooled(current, `stem.${layer}.pool`);
      x = this.#pooled(this.#neuron(current, `stem.${layer}.lif`, bits), `stem.${layer}.pool`);
    }
    return x;
  }

  block(stream: ValueId, name: string): ValueId {
    const mixed = this.#branch(stream, name, (input) => this.#attend(input, `${name}.attn`), 'proj');
    return this.#branch(mixed, `${name}.mlp`, (input) => this.#neuron(this.#linear(input, this.#random.whole(1, 2) * this.#embedded, `${name}.mlp.fc1`, 'point'), `${name}.mlp.fc1_lif`), 'fc2');
  }

  head(stream: ValueId): ValueId {
    const { builder } = this, classes = this.#random.whole(2, 5), bits = 4;
    let x = stream;
    if (this.#options.family === 'add-currents') {
      const tokens = builder.typeOf(stream).grid[0] * builder.typeOf(stream).grid[1], shift = Math.ceil(Math.log2(tokens));
      x = builder.add(sumTokens, 'head.sum', [stream], {});
      if (this.#real) x = builder.add(affine, 'head.mean', [x], {}, { scale: constant([1], [2 ** -shift]) });
      x = this.#neuron(x, 'head.lif', this.#streamBits, shift);
    }
    const codes = this.#codes(builder.typeOf(x).channels, classes), bias = this.#integers(classes, 200), unit = this.#real ? 2 ** -bits : 1;
    const current = builder.add(conv, 'head', [x], pointwise, { weight: scaled(codes, unit), ...(this.#random.chance(0.5) ? { bias: scaled(bias, unit) } : {}) });
    return builder.add(readout, 'logits', [current], { scale: this.#real ? 1 : 2 ** -bits });
  }

  /** A direct image is scaled and repeated before a real convolution, and hoisted in an integer one. */
  #firstNeurons(pixels: ValueId): ValueId {
    const { coding, border } = this.#options, { builder } = this, bits = fractionalBits(this.#options.channels * 5), direct = coding === 'direct', columns = this.#random.whole(1, 6);
    if (this.#real) return this.#neuron(this.#linear(direct ? builder.add(repeat, 'image.again', [pixels], {}) : pixels, columns, 'stem.0', 'window', bits, 8), 'stem.0.lif', bits);
    const current = this.#linear(pixels, columns, 'stem.0', 'window', bits, 8, border && direct);
    return this.#neuron(direct ? builder.add(repeat, 'stem.0.again', [current], {}) : current, 'stem.0.lif', bits, 8);
  }

  /** stream + branch: a neuron on the branch for spikes, a neuron before it for currents. */
  #branch(stream: ValueId, name: string, body: (input: ValueId) => ValueId, last: string): ValueId {
    const { builder } = this, bits = this.#streamBits;
    if (this.#options.family === 'add-currents') {
      const inner = body(this.#neuron(stream, `${name}.lif`, bits));
      return builder.add(addCurrents, `${name}.add`, [stream, this.#linear(inner, this.#embedded, `${name}.${last}`, 'point', bits)], {});
    }
    const inner = body(stream), spikes = this.#neuron(this.#linear(inner, this.#embedded, `${name}.${last}`, 'point', bits), `${name}.${last}_lif`, bits);
    return builder.add(addSpikes, `${name}.add`, [stream, spikes], {});
  }

  #attend(x: ValueId, name: string): ValueId {
    const { builder } = this, { attention, heads } = this.#options;
    const [q, k, v] = ['q', 'k', 'v'].map((part) => this.#neuron(this.#linear(x, this.#embedded, `${name}.${part}`, 'point'), `${name}.${part}_lif`));
    if (attention === 'ssa') {
      const shift = this.#random.whole(1, 3), count = builder.add(ssa, `${name}.ssa`, [q, k, v], { heads, published: this.#random.pick(['qk', 'kv'] as const) });
      const scaledCount = this.#real ? builder.add(affine, `${name}.scale`, [count], {}, { scale: constant([1], [2 ** -shift]) }) : count;
      return this.#fire(scaledCount, `${name}.attn_lif`, [this.#real ? 1 : 2 ** shift], [1, 2], 'zero');
    }
    let both = builder.add(and, `${name}.kv`, [k, v], {});
    if (this.#random.chance(0.4)) both = builder.add(headPool, `${name}.erode`, [both], { heads, window: [3, 3], padding: [1, 1] });
    const some = this.#real ? this.#fire(builder.add(sumTokens, `${name}.sum`, [both], {}), `${name}.kv_lif`, [1], [1, 2], 'zero') : this.#spikes(builder.add(orTokens, `${name}.kv_lif`, [both], {}));
    return builder.add(and, `${name}.masked`, [q, some], {});
  }

  /**
   * A convolution in codes * 2^-bits, normalised in a real network. bits: fractional bits of the weights; below: further bits that the input has (8 behind pixels).
   */
  #linear(x: ValueId, columns: number, name: string, over: 'window' | 'point', bits?: number, below = 0, border = false): ValueId {
    const { builder } = this, type = builder.typeOf(x), attrs = over === 'point' ? pointwise : this.#window(type.grid);
    const rows = attrs.window[0] * attrs.window[1] * type.channels, p = bits ?? fractionalBits(rows), codes = this.#codes(rows, columns), reach = 2 ** (p + below);
    // Drawn in both domains, so that the two networks of a seed stay alike. Powers of two all the way, so that folding is exact: gain = gamma / sqrt(variance).
    const bias = this.#integers(columns, Math.max(1, Math.round(reach / 2))), means = this.#integers(columns, 50), unit = 2 ** -(p + below);
    const gains = Array.from({ length: columns }, () => (this.#random.chance(0.2) ? -1 : 1) * 2 ** this.#random.whole(-2, 2)), spread = gains.map(() => this.#random.whole(-2, 2));
    if (!this.#real) return builder.add(conv, name, [x], attrs, { weight: codes, bias, ...(border ? { border: this.#border(type.grid, attrs, columns, reach) } : {}) });
    const raw = builder.add(conv, name, [x], attrs, { weight: { shape: codes.shape, data: codes.data.map((code, i) => (code * 2 ** -p) / gains[i % columns]) } });
    return builder.add(norm, `${name}.norm`, [raw], { epsilon: 0 }, {
      gamma: constant([columns], gains.map((gain, c) => gain * 2 ** spread[c])), variance: constant([columns], spread.map((s) => 4 ** s)),
      mean: constant([columns], gains.map((gain, c) => (means.data[c] * unit) / gain)), beta: constant([columns], gains.map((_, c) => (bias.data[c] + means.data[c]) * unit)) });
  }

  #border(grid: Pair, attrs: SlideAttrs, columns: number, reach: number): Tensor {
    const out = slidGrid(grid, attrs), random = randomFrom(this.#options.seed + 1);
    if (typeof out === 'string') throw new Error(out);
    const shape = [out[0] * out[1], columns];
    return constant(shape, Array.from({ length: shape[0] * columns }, () => random.whole(-reach, reach)));
  }

  #window(grid: Pair): SlideAttrs {
    const window: Pair = [this.#random.pick([1, 3]), this.#random.pick([1, 3])], padding: Pair = [(window[0] - 1) / 2, (window[1] - 1) / 2];
    return { window, padding, stride: [grid[0] > 4 ? this.#random.pick([1, 2]) : 1, grid[1] > 4 ? this.#random.pick([1, 2]) : 1] as Pair };
  }

  #pooled(x: ValueId, name: string): ValueId {
    const { grid, kind } = this.builder.typeOf(x);
    if (!this.#random.chance(0.5)) return x;
    const even = grid[0] > 1 && grid[1] > 1 && this.#random.chance(0.3);
    const pooled = this.builder.add(maxPool, name, [x], even ? { window: [2, 2], stride: [2, 2], padding: [0, 0] } : { window: [3, 3], stride: [2, 2], padding: [1, 1] });
    return kind === 'spike' ? this.#spikes(pooled) : pooled;
  }

  /** A neuron with threshold 2 in real units (V_th = 1, tau = 2), and its like. */
  #neuron(x: ValueId, name: string, bits?: number, below = 0): ValueId {
    const p = bits ?? this.#bitsOf(x), { channels } = this.builder.typeOf(x), random = this.#random, per = random.chance(0.5) ? channels : 1;
    const doubled = Array.from({ length: per }, () => random.pick([2, 2, 1, 3])), keep = random.pick<Pair>([[1, 2], [1, 2], [1, 2], [1, 1], [1, 4], [0, 1]]);
    return this.#fire(x, name, doubled.map((threshold) => (this.#real ? threshold : threshold * 2 ** (p + below))), keep, random.pick(['zero', 'zero', 'subtract'] as const));
  }

  #fire(x: ValueId, name: string, thresholds: readonly number[], keep: Pair, reset: 'zero' | 'subtract'): ValueId {
    return this.#spikes(this.builder.add(lif, name, [x], { keep, reset, fires: 'at-least' }, { threshold: constant([thresholds.length], thresholds) }));
  }

  #spikes(value: ValueId): ValueId {
    this.builder.probe(this.builder.nodes[value].name, value, this.builder.typeOf(value).grid.join() === '1,1' ? 'S T C' : 'S T N C');
    return value;
  }

  /** Fractional bits that #linear took by itself for the weights behind a current. */
  #bitsOf(x: ValueId): number {
    let id = x;
    while (this.builder.nodes[id].kind !== 'conv') id = this.builder.nodes[id].inputs[0];
    return fractionalBits(this.builder.nodes[id].params.weight.shape[0]);
  }

  #codes(rows: number, columns: number): Tensor {
    return reshaped(this.#integers(rows * columns, largestCode), [rows, columns]);
  }

  #integers(length: number, reach: number): Tensor {
    return constant([length], Array.from({ length }, () => this.#random.whole(-reach, reach)));
  }
}

const pointwise = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const;
const constant = (shape: readonly number[], values: readonly number[]): Tensor => ({ shape, data: Float64Array.from(values) });
const reshaped = ({ data }: Tensor, shape: readonly number[]): Tensor => ({ shape, data });
const scaled = ({ shape, data }: Tensor, unit: number): Tensor => ({ shape, data: data.map((value) => value * unit) });
/** So that a threshold of 2 lies at about half the spread of a sum over `rows` codes, a third of them active: neurons then fire, and rest, often. */
const fractionalBits = (rows: number): number => Math.max(1, Math.round(Math.log2((largestCode / Math.sqrt(3)) * Math.sqrt(rows / 3) * 0.25)));
