// Samples as workers get them: bytes, or currents in whole units of the port they enter, four bytes each.
import type { Fault } from '../targets/contract/fault.ts';
import type { Port, Program } from '../targets/contract/program.ts';
import type { Samples } from './datasets/samples.ts';
import { wholeUnits } from './conform/inputs.ts';

const portOf = (program: Program): Port => program.inputs[0];
const rangeOf = ({ planes }: Program, { plane }: Port): readonly [number, number] => { const { carrier } = planes[plane], most = carrier.as === 'current' ? 2 ** (carrier.bits - 1) : 0; return [-most, most - 1]; };

/** Whole units of one sample's currents. */
const unitsOf = (program: Program, values: Float64Array) => { const port = portOf(program); return wholeUnits(values, { name: port.name, units: port.units!, range: rangeOf(program, port) }); };

/** Bytes of one sample; `checkFeed` must have found that it fits. */
export function feedOf(program: Program, data: Samples, sample: number): Uint8Array {
  const values = data.values(sample);
  if (values instanceof Uint8Array) return values;
  const units = unitsOf(program, values);
  if (!units.ok) throw new Error(units.faults[0].message);
  return new Uint8Array(units.value.buffer);
}

/** The same bytes as the port reads them. @param bytes at a multiple of four */
export const fed = ({ units }: Port, bytes: Uint8Array): Uint8Array | Int32Array => (units ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) : bytes);

/** Faults: R2010, the first current of the samples that the port does not hold. */
export function checkFeed(program: Program, data: Samples, samples: number): readonly Fault[] {
  if (!portOf(program).units) return [];
  for (let sample = 0; sample < samples; sample++) {
    const units = unitsOf(program, data.values(sample) as Float64Array);
    if (!units.ok) return units.faults;
  }
  return [];
}
