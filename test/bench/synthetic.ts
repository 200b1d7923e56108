// Large models with random weights: published sizes of Spikformer whose neurons fire at about a fifth, for compile and simulation times.
import type { FileTensor } from '../../compiler/files/checkpoint.ts';
import type { Imported } from '../../compiler/frontend/import-model.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { randomFrom } from '../random.ts';
import { spikformerDescriptor, spikformerShapes } from '../frontend/tiny.ts';

/** side: of the image; pools: which of the four stem stages end in a max pool. */
export type ModelSize = Readonly<{ width: number; depth: number; heads: number; side: number; tokens: number; classes: number; pools: readonly boolean[] }>;

/** Spikformer-4-384 as published for CIFAR-10, and 8-512 as published for ImageNet (simulator.md section 4) but for ten classes: readouts of 1,000 at 196 tokens fit no io tile. */
export const modelSizes = {
  '4-384': { width: 384, depth: 4, heads: 12, side: 32, tokens: 64, classes: 10, pools: [false, false, true, true] },
  '8-512': { width: 512, depth: 8, heads: 8, side: 224, tokens: 196, classes: 10, pools: [true, true, true, true] },
} as const satisfies Readonly<Record<string, ModelSize>>;

/**
 * Weights are uniform with a variance of 1 / fan-in, and each normalisation divides by the mean square of what its layer reads: currents with a deviation of
 * gamma, at which neurons with threshold 1 fire at about a fifth, the load of simulator.md section 4.
 */
export function syntheticModel(size: ModelSize, seed = 1): Imported {
  const { width, depth, heads, side, tokens, classes, pools } = size, { unit } = randomFrom(seed), hidden = 4 * width;
  const stages = [8, 4, 2, 1].map((share, i) => ({ channels: width / share, order: ['conv3x3', 'bn', 'lif', ...(pools[i] ? ['maxpool'] : [])] }));
  const descriptor = spikformerDescriptor({ T: 4, image_size: [side, side], in_channels: 3, classes, depths: depth, heads, head_dim: width / heads, mlp_ratio: 4, tokens,
    'patch_embed.stages': stages }, width);
  const tensors = new Map(spikformerShapes({ width, hidden, depth, classes, channels: 3 }).map(([key, shape]): [string, FileTensor] => {
    const count = shape.reduce((product, n) => product * n, 1), fanIn = count / shape[0], spread = Math.sqrt(3 / fanIn);
    const value = key.endsWith('running_var') ? () => meanSquare(key, pools) : /_bn\d?\.weight$/.test(key) ? () => gamma
      : shape.length > 1 ? () => Math.fround((2 * unit() - 1) * spread) : () => 0;
    return [key, { shape, dtype: 'float32', data: Float64Array.from({ length: count }, value) }];
  }));
  const imported = importModel({ file: 'synthetic', sha256: '0'.repeat(64), wrapper: 'none', prefix: '', tensors, ignored: [] }, descriptor, 'synthetic.json');
  if (!imported.ok) throw new Error(imported.faults.map(({ message }) => message).join('; '));
  return imported.value;
}

const rate = 0.2, gamma = 2;

/** Of what a layer reads, mean square per channel: spikes at a fifth, more behind a max pool, and on the residual stream one plane per branch so far. */
function meanSquare(key: string, pools: readonly boolean[]): number {
  const stem = /_bn(\d)\./.exec(key), block = /^block\.(\d+)\.(?:attn\.[qkv]|mlp\.fc1)_bn/.exec(key);
  if (block) return 3 * rate + rate * (1 + 2 * Number(block[1]) + Number(key.includes('.mlp.')));
  return key.includes('rpe_bn') || (stem !== null && pools[Number(stem[1]) - 1]) ? 3 * rate : rate;
}

/** Bytes of one image of uniform noise. */
export function syntheticImage({ side }: ModelSize, seed = 1): Uint8Array {
  const { unit } = randomFrom(seed);
  return Uint8Array.from({ length: side * side * 3 }, () => unit() * 256);
}
