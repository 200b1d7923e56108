// Seeded random descriptors and checkpoints of both families whose folded weights are dyadic, in the manner of the exact conformance cases.
import fc from 'fast-check';
import type { Checkpoint, FileTensor } from '../../compiler/files/checkpoint.ts';
import type { Imported } from '../../compiler/frontend/import-model.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import type { LayerPart, Part } from '../../compiler/frontend/layers.ts';
import { weightShape } from '../../compiler/frontend/layers.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { stemGrids } from '../../compiler/frontend/sizes.ts';
import { valueOf } from '../conformance/outcome.ts';
import type { Random } from '../random.ts';
import { randomFrom } from '../random.ts';

type Pair = readonly [number, number];

/**
 * exact: dyadic; otherwise nothing is, and some channels have no gain, vanishing weights or large biases. normalised: input.normalize with dyadic numbers (images only).
 * pools: which stages of the stem pool, before or behind the neuron where the family allows both.
 */
export type ModelOptions = Readonly<{ seed: number; exact: boolean; family: 'spikformer-cifar' | 'sdt-v1'; dvs: boolean; frames: boolean; normalised: boolean;
  T: number; grid: Pair; channels: number; heads: number; headWidth: number; depths: number; ratio: number; pools: readonly ('none' | 'behind' | 'before')[];
  decayInput: boolean; reset: 'zero' | 'subtract'; threshold: number; attentionThreshold: number }>;

const pooling = fc.constantFrom('none' as const, 'behind' as const, 'before' as const);
export const modelOptions = (fixed: Partial<ModelOptions> = {}): fc.Arbitrary<ModelOptions> => fc.record({
  seed: fc.nat(), exact: fc.constant(true), family: fc.constantFrom('spikformer-cifar' as const, 'sdt-v1' as const), dvs: fc.boolean(), frames: fc.boolean(),
    normalised: fc.boolean(),
    T: fc.integer({ min: 1, max: 6 }),
  grid: fc.constantFrom<Pair>([7, 9], [8, 8], [1, 11], [5, 3], [9, 6], [1, 1], [12, 7]), channels: fc.integer({ min: 1, max: 3 }), heads: fc.integer({ min: 1, max: 4 }),
    headWidth: fc.integer({ min: 1, max: 6 }),
  depths: fc.integer({ min: 1, max: 3 }), ratio: fc.constantFrom(1, 1, 2, 4, 1.5, 0.5), pools: fc.tuple(pooling, pooling, pooling, pooling), decayInput: fc.boolean(),
  reset: fc.constantFrom('zero' as const, 'zero' as const, 'zero' as const, 'subtract' as const), threshold: fc.constantFrom(1, 1, 0.5, 1.5),
    attentionThreshold: fc.constantFrom(0.5, 0.5, 0.5, 0.5, 1),
}).map((options) => ({ ...options, ...fixed }));

/** The imported network of the options, every key of its checkpoint made up; throws with the faults where the importer refuses it. */
export function randomModel(options: ModelOptions): Imported {
  const descriptor = descriptorOf(options), checked = valueOf(parseDescriptor(descriptor, 'arch.json'));
  return valueOf(importModel(checkpointOf(checked.parts, options), descriptor, 'arch.json'));
}

/** Images of even noise; event counts mostly small, with a few as large as they come. */
export function randomPixels({ seed, grid, channels, T, frames }: ModelOptions): Uint8Array {
  const random = randomFrom(seed + 99), count = grid[0] * grid[1] * channels * (frames ? T : 1);
  return Uint8Array.from({ length: count }, () => (!frames ? random.whole(0, 255) : random.chance(0.6) ? 0 : random.chance(0.03) ? 255 : random.whole(1, 3)));
}

function descriptorOf({ seed, family, dvs, frames, normalised, T, grid, channels, heads, headWidth, depths, ratio, pools, decayInput, reset, threshold,
  attentionThreshold }: ModelOptions): object {
  const random = randomFrom(seed), embed = heads * headWidth, sdt = family === 'sdt-v1', bn = ['conv3x3', 'bn'];
  const order = (pool: ModelOptions['pools'][number], last: boolean): string[] => (sdt && last ? [...bn, ...(pool === 'none' ? [] : ['maxpool'])]
    : [...bn, ...{ none: ['lif'], behind: ['lif', 'maxpool'], before: ['maxpool', 'lif'] }[pool]]);
  const stages = pools.map((pool, i) => ({ order: order(pool, i === 3), channels: i === 3 ? embed : random.whole(1, 6) }));
  const patch = { stages, maxpool: { kernel: 3, stride: 2, padding: 1 } }, grids = stemGrids(grid, patch as Parameters<typeof stemGrids>[1]);
  if (typeof grids === 'string') throw new Error(grids);
  const tokens = grids[4][0] * grids[4][1];
  // A count is compared in whole spikes; with half of one a soft reset would leave halves behind.
  const wholeThreshold = reset === 'zero' || decayInput ? attentionThreshold : Math.ceil(attentionThreshold);
  const normalize = { scale: 1 / 256, mean: Array.from({ length: channels }, () => random.whole(1, 12) / 16), std: Array.from({ length: channels }, () => random.pick([0.5, 1])) };
  return { format: 1, family, T, image_size: grid, in_channels: channels, classes: random.whole(2, 5), depths, heads, head_dim: headWidth, embed_dims: embed,
    mlp_ratio: Math.max(ratio, 1 / embed), tokens, bn_eps: 1e-5,
    neuron: { type: 'lif', tau: 2, decay_input: decayInput, v_threshold: threshold, v_reset: reset === 'zero' ? 0 : null }, head: {},
    input: frames ? { encoding: 'frames' } : { encoding: 'direct', ...(normalised ? { normalize } : {}) },
    ...(sdt ? { mode: dvs ? 'dvs' : 'image', patch_embed: { type: 'ms-sps', ...patch, pooling_stat: pools.map((pool) => Number(pool !== 'none')).join('') },
      residual: { type: 'membrane-shortcut' },
      attention: { type: 'sdsa', v_threshold: wholeThreshold, erode: dvs ? { kernel: 3, stride: 1, padding: 1 } : null } }
      : { patch_embed: { type: 'sps', ...patch }, residual: { type: 'sew-add' }, attention: { type: 'ssa',
        scale: tokens * headWidth >= 16 ? random.pick([0.125, 0.25, 0.5]) : 0.5, v_threshold: attentionThreshold } }) };
}

function checkpointOf(parts: readonly Part[], options: ModelOptions): Checkpoint {
  const random = randomFrom(options.seed + 1), tensors = new Map<string, FileTensor>(), embed = options.heads * options.headWidth, inner = Math.floor(embed * Math.max(options.ratio, 1 / embed)) === embed;
  const gain = options.decayInput ? 2 : 1, target = gain * options.threshold;
  // All writers of a stream of currents count in one unit per channel.
  const stream = Array.from({ length: embed }, () => random.whole(4, 6)), inStream = options.family === 'sdt-v1'
    ? (inner ? /proj_conv3|rpe_conv|attn\.proj_conv|fc[12]_conv/ : /proj_conv3|rpe_conv|attn\.proj_conv|fc2_conv/) : /^$/;
  for (const spec of parts) {
    if (spec.take !== 'layer') throw new Error(`${spec.name} is no layer`);
    const first = spec.name === 'patch_embed.proj_conv', behind = first && !options.frames ? 8 : 0;
    writeLayer(spec, random, tensors, { target, behind, narrow: first && options.normalised && !options.frames, units: inStream.test(spec.name) ? stream : undefined });
  }
  return { file: 'model.pth', sha256: '', wrapper: 'none', prefix: '', tensors: options.exact ? tensors : roughened(tensors, random), ignored: [] };
}

type LayerRules = Readonly<{ target: number; behind: number; narrow: boolean; units: readonly number[] | undefined }>;

/**
 * Folded weights are k * 2^-p[c], |k| <= 127: raw codes, a gain of 1 or 3 times a power of two, negative for some. The variance is a power of four so large that epsilon vanishes.
 * behind: further fractional bits of the input. narrow: half the codes, for an input whose channels differ by a factor of two.
 */
function writeLayer(part: LayerPart, random: Random, tensors: Map<string, FileTensor>,
  { target, behind, narrow, units }: LayerRules): void {
  const { name, norm, from, to, bias, slide: { window } } = part, rows = from * window[0] * window[1], write = (key: string, shape: readonly number[], data: ArrayLike<number>) =>
    tensors.set(key, { shape, dtype: 'float32', data: Float64Array.from(data) });
  const spread = (target * 0.8) / Math.sqrt(rows * 0.3 / 3), one = Math.max(1, Math.floor(Math.log2(90 / spread))), head = norm === undefined;
  const channels = Array.from({ length: to }, (_, c) => {
    const p = units?.[c] ?? (head ? one : Math.max(1, one - random.whole(0, 2))), factor = head ? 1 : random.pick([1, 1, 3]), e = head ? 0 : random.whole(-3, 3),
      sign = !head && random.chance(0.3) ? -1 : 1;
    const reach = Math.max(1, Math.min(Math.floor((narrow ? 63 : 127) / factor), Math.round((spread * 2 ** p) / factor)));
    return { p, gain: sign * factor * 2 ** e, raw: 2 ** -(p + e), reach };  // a raw code is worth `raw`, folded factor * 2^-p
  });
  const shift = () => Math.round(2 ** behind * (random.unit() - 0.4) * 12);
  write(`${name}.weight`, weightShape(part), channels.flatMap(({ raw, reach }) =>
    Array.from({ length: rows }, () => random.whole(-reach, reach) * raw)));
  if (bias) write(`${name}.bias`, [to], channels.map(({ raw }) => shift() * raw * 2 ** -behind));
  if (norm === undefined) return;
  const variance = channels.map(() => random.whole(20, 22));
  write(`${norm}.weight`, [to], channels.map(({ gain }, c) => gain * 2 ** variance[c]));
  write(`${norm}.bias`, [to], channels.map(({ p }) => Math.round(random.unit() * 0.9 * target * 2 ** (p + behind)) * 2 ** -(p + behind)));
  write(`${norm}.running_mean`, [to], channels.map(({ raw }) => shift() * raw * 2 ** -behind));
  write(`${norm}.running_var`, [to], variance.map((v) => 4 ** v));
}

/** No value dyadic any more; in one channel of ten something extreme that a checkpoint may well hold. */
function roughened(tensors: ReadonlyMap<string, FileTensor>, random: Random): Map<string, FileTensor> {
  return new Map([...tensors].map(([key, { shape, dtype, data }]) => {
    const rows = data.length / shape[0], scaling = /running_var|bn\d?\.weight/.test(key) ? [0.3, 3] : [0.9, 1.1];
    const wild = /running_var/.test(key) ? [1e-12] : /bn\d?\.weight/.test(key) ? [0, 1e-12] : /bias|mean/.test(key) ? [20] : [0, 1e-9, 20];
    const extreme = Array.from({ length: shape[0] }, () => (random.chance(0.1) ? random.pick(wild) : 1));
    return [key, { shape, dtype, data: data.map((value, i) => Math.fround(value * extreme[Math.floor(i / rows)] * (scaling[0] + random.unit() * (scaling[1] - scaling[0])))) }];
  }));
}
