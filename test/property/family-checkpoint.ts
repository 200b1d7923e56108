// A made-up checkpoint for whatever a family takes: every part filled with numbers whose folded weights are dyadic and share one unit, or with none that are.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint, FileTensor } from '../../compiler/files/checkpoint.ts';
import { writeNpy } from '../../compiler/files/npz.ts';
import type { Part } from '../../compiler/frontend/layers.ts';
import { weightShape } from '../../compiler/frontend/layers.ts';
import type { Random } from '../random.ts';

/** Values of a tensor that only its family understands; undefined: multiples of 1/8 within 1. */
export type TensorMaker = (name: string, shape: readonly number[], random: Random) => readonly number[] | undefined;
type Rules = Readonly<{ exact: boolean; target: number; tensor?: TensorMaker | undefined }>;

/** Fractional bits of every folded weight, bias and mean: what is added anywhere then shares a unit. */
const bits = 5;

/** `folder`: where files beside the descriptor lie. @param target potential at which neurons fire */
export function checkpointFor(parts: readonly Part[], random: Random, { exact, target, tensor }: Rules): Readonly<{ checkpoint: Checkpoint; folder: string }> {
  const tensors = new Map<string, FileTensor>(), sizeOf = (shape: readonly number[]) => shape.reduce((size, n) => size * n, 1);
  const write = (key: string, shape: readonly number[], data: ArrayLike<number>) => tensors.set(key, { shape, dtype: 'float32', data: Float64Array.from(data) });
  /** gamma / sqrt(variance) = gain exactly: variances are powers of four so large that epsilon vanishes. */
  const normal = (name: string, gains: readonly number[], mean: () => number) => {
    const shape = [gains.length], variance = gains.map(() => random.whole(20, 22));
    write(`${name}.weight`, shape, gains.map((gain, c) => gain * 2 ** variance[c]));
    write(`${name}.bias`, shape, gains.map(() => Math.round(random.unit() * 0.8 * target * 2 ** bits) / 2 ** bits));
    write(`${name}.running_mean`, shape, gains.map(mean));
    write(`${name}.running_var`, shape, variance.map((v) => 4 ** v));
  };
  let folder = '';
  for (const part of parts) {
    if (part.take === 'file') {
      const { shape = [4, 4] } = part;
      folder ||= mkdtempSync(join(tmpdir(), 'family-'));
      writeFileSync(join(folder, part.path), writeNpy({ shape, dtype: 'float64', data: Float64Array.from({ length: sizeOf(shape) }, () => random.whole(-16, 16) / 16) }));
    } else if (part.take === 'tensor') write(part.name, part.shape, tensor?.(part.name, part.shape, random) ?? Array.from({ length: sizeOf(part.shape) }, () => random.whole(-8, 8) / 8));
    else if (part.take === 'norm') normal(part.name, Array.from({ length: part.channels }, () => (random.chance(0.3) ? -1 : 1) * 2 ** random.whole(-3, 0)), () => random.whole(-8, 8) / 8);
    else {
      const { name, norm, from, to, groups, bias, slide: { window } } = part, rows = (from / groups) * window[0] * window[1], plain = /\.body\./.test(name);
      // Layers that are folded into one another multiply: each has weights of -1, 0 and 1 only.
      const spread = (target * 0.8) / Math.sqrt(rows * 0.1), gains = Array.from({ length: to }, () => (random.chance(0.3) ? -1 : 1) * (plain ? 1 : 2 ** random.whole(-2, 2))), reach = Math.max(1, Math.min(127, Math.round(spread * 2 ** bits)));
      const raw = (c: number): number => (plain ? 1 : 2 ** -bits / (norm === undefined ? 1 : Math.abs(gains[c])));
      write(`${name}.weight`, weightShape(part), gains.flatMap((_, c) => Array.from({ length: rows }, () => random.whole(...(plain ? [-1, 1] as const : [-reach, reach] as const)) * raw(c))));
      if (bias) write(`${name}.bias`, [to], gains.map((_, c) => random.whole(-16, 16) * raw(c)));
      if (norm !== undefined) { let c = 0; normal(norm, gains, () => random.whole(-16, 16) * raw(c++)); }
    }
  }
  return { folder: folder || tmpdir(), checkpoint: { file: 'model.pth', sha256: '', wrapper: 'none', prefix: '', tensors: exact ? tensors : rough(tensors, random), ignored: [] } };
}

/** No value dyadic any more; in one channel of twenty a gain, a variance or a weight that a checkpoint may well hold. */
function rough(tensors: ReadonlyMap<string, FileTensor>, random: Random): Map<string, FileTensor> {
  return new Map([...tensors].map(([key, { shape, dtype, data }]) => {
    const rows = data.length / Math.max(1, shape[0] ?? 1), scaling = /running_var/.test(key) ? [0.3, 3] : [0.9, 1.1], wild = /running_var/.test(key) ? [1e-12] : /bn\d?\.weight|\.weight$/.test(key) ? [0, 1e-9] : [4];
    const extreme = Array.from({ length: shape[0] ?? 1 }, () => (random.chance(0.05) && !/firing_rate/.test(key) ? random.pick(wild) : 1));
    return [key, { shape, dtype, data: data.map((value, i) => Math.fround(value * extreme[Math.floor(i / rows)] * (scaling[0] + random.unit() * (scaling[1] - scaling[0])))) }];
  }));
}
