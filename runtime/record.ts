// --record: every spike of the chip in the golden format of the conformance cases, so that a researcher can diff it in Python.
import type { NumpyArray } from '../compiler/files/array-file.ts';
import { writeNpz } from '../compiler/files/npz.ts';
import { published, publishedChannels } from '../targets/contract/probes.ts';
import type { Probe, Program } from '../targets/contract/program.ts';
import type { Order } from './conform/golden.ts';
import { goldenShape, orderOf, toGolden } from './conform/golden.ts';
import { unpackSpikes } from './pack-spikes.ts';
import type { Simulation } from './simulate.ts';
import { resultsOf } from './results.ts';

/** Where the values of a probe stand in its golden array, and the shape of one sample; undefined where its axes are not those of its plane. */
export function recordOrder({ planes, steps }: Program, { plane, axes, places }: Probe): Readonly<{ order: Order; shape: readonly number[] }> | undefined {
  const { grid } = planes[plane], channels = publishedChannels(planes[plane].channels, places), shape = goldenShape(axes, { grid, channels }, 1, steps), order = shape && orderOf(axes, shape);
  return shape && order && order.indices.length === grid[0] * grid[1] * channels ? { order, shape: shape.slice(1) } : undefined;
}

/** Bytes that the spikes of one sample take. */
export const recordBytes = ({ planes, probes, steps }: Program): number =>
  probes.reduce((sum, { plane }) => sum + steps * planes[plane].grid[0] * planes[plane].grid[1] * planes[plane].channels, 0);

/**
 * npz with one array per spiking layer (uint8 of 0 and 1 or of levels, int8 where spikes are ternary), not bit-packed, named and shaped as in the cases (S T C H W, S T N C, S T heads 1 head_dim, ...),
 * every output float64 [S, results], `logits` first, and the chip's integers behind it as `logits_int` int64. Source: conformance zoo, golden.npz.
 */
export function recordSpikes(program: Program, simulation: Simulation): Uint8Array {
  const { observed, outputs, done } = simulation, arrays: (readonly [string, NumpyArray])[] = program.probes.map((probe, i) => {
    const { order, shape } = recordOrder(program, probe)!, size = shape.reduce((product, each) => product * each, 1), { carrier, channels } = program.planes[probe.plane], signed = carrier.as === 'ternary';
    const held = (size / publishedChannels(channels, probe.places)) * channels;
    const data = signed ? new Int8Array(done * size) : new Uint8Array(done * size);
    for (let sample = 0; sample < done; sample++) data.set(toGolden(published(unpackSpikes(observed[sample][i], held, carrier), channels, probe.places), order), sample * size);
    return [probe.name, { shape: [done, ...shape], dtype: signed ? 'int8' : 'uint8', data }];
  });
  const results = program.readouts.flatMap((readout): (readonly [string, NumpyArray])[] => {
    const integers = outputs.get(readout.output)!, { scores } = resultsOf(readout, integers), shapeOf = ({ length }: ArrayLike<number>) => [done, done > 0 ? length / done : program.classes.length];
    return [[readout.output, { shape: shapeOf(scores), dtype: 'float64', data: scores }], [`${readout.output}_int`, { shape: shapeOf(integers), dtype: 'int64', data: Float64Array.from(integers) }]];
  });
  return writeNpz([...arrays, ...results]);
}
