// --record: every spike of the chip in the golden format of the conformance cases, so that a researcher can diff it in Python.
import { writeNpz } from '../compiler/files/npz.ts';
import type { Program } from '../targets/contract/program.ts';
import { goldenOrder } from './golden-order.ts';
import { unpackBits } from './pack-bits.ts';
import type { Simulation } from './simulate.ts';

/**
 * npz with one uint8 array per spiking layer (0/1, axes as in the cases: S T C H W, S T N C, ...) and the integer outputs by name (int32 [S, classes]).
 * Source: conformance zoo, golden.npz.
 */
export function recordSpikes(program: Program, { observed, outputs, done }: Simulation): Uint8Array {
  const arrays = new Map<string, { shape: readonly number[]; dtype: 'uint8' | 'int32'; data: Uint8Array | Int32Array }>();
  program.probes.forEach(({ name, plane, axes }, i) => {
    const { grid, channels } = program.planes[plane], size = program.steps * grid[0] * grid[1] * channels, shape = { steps: program.steps, grid, channels, axes };
    const samples = observed.slice(0, done).map((packed) => goldenOrder(unpackBits(packed[i], size), shape));
    const data = new Uint8Array(samples.length * size);
    samples.forEach(({ data: values }, sample) => data.set(values, sample * size));
    arrays.set(name, { shape: [samples.length, ...(samples[0]?.shape ?? [])], dtype: 'uint8', data });
  });
  outputs.forEach((values, name) => arrays.set(`${name}_int`, { shape: [done, done > 0 ? values.length / done : 0], dtype: 'int32', data: values }));
  return writeNpz(arrays);
}
