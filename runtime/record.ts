// --record: every spike of the chip in the golden format of the conformance cases, so that a researcher can diff it in Python.
import { writeNpz } from '../compiler/files/npz.ts';
import type { Program } from '../targets/contract/program.ts';
import { goldenOrder } from './golden-order.ts';
import { unpackSpikes } from './pack-spikes.ts';
import type { Simulation } from './simulate.ts';

/**
 * npz with one array per spiking layer (uint8 0/1 or levels, int8 where spikes are ternary; axes as in the cases: S T C H W, S T N C, ...) and the integer outputs by name (int32 [S, classes]).
 * Source: conformance zoo, golden.npz.
 */
export function recordSpikes(program: Program, { observed, outputs, done }: Simulation): Uint8Array {
  const arrays = new Map<string, { shape: readonly number[]; dtype: 'uint8' | 'int8' | 'int32'; data: Uint8Array | Int8Array | Int32Array }>();
  program.probes.forEach(({ name, plane, axes }, i) => {
    const { grid, channels, carrier } = program.planes[plane], signed = carrier.as === 'ternary', size = program.steps * grid[0] * grid[1] * channels, shape = { steps: program.steps, grid, channels, axes };
    const samples = observed.slice(0, done).map((packed) => goldenOrder(unpackSpikes(packed[i], size, carrier), shape));
    const data = signed ? new Int8Array(samples.length * size) : new Uint8Array(samples.length * size);
    samples.forEach(({ data: values }, sample) => data.set(values, sample * size));
    arrays.set(name, { shape: [samples.length, ...(samples[0]?.shape ?? [])], dtype: signed ? 'int8' : 'uint8', data });
  });
  outputs.forEach((values, name) => arrays.set(`${name}_int`, { shape: [done, done > 0 ? values.length / done : 0], dtype: 'int32', data: values }));
  return writeNpz(arrays);
}
