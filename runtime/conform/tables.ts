// The golden tables of a case's arch.json, which the importer ignores.
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { tableWrong } from './faults.ts';
import { finestExponent } from './units.ts';

export type SpikeTable = Readonly<{ name: string; axes: string; shape: readonly number[]; packed: boolean }>;
/** `array`: its name in golden.npz, `int:<layer>`. No threshold: the array holds bare counts. */
export type MembraneTable = Readonly<{ array: string; layer: string; threshold?: number }>;
/** `integers`: in exact cases the array of whole numbers with output = integer / denominator; or `exponent`: outputs are whole multiples of 2^-exponent, or of a finer power. `denominators`: of further golden arrays, by their names. */
export type Tables = Readonly<{ exact: boolean; denominators: ReadonlyMap<string, number>; integers?: Readonly<{ array: string; denominator: number }> | Readonly<{ exponent: number }>; spikes: readonly SpikeTable[]; membranes: readonly MembraneTable[] }>;

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const mostAxes = 8, mostValues = 2 ** 31, mostThreshold = 2 ** 53;
const isShape = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= mostAxes && value.every((size) => Number.isSafeInteger(size) && size > 0) && value.reduce((product: number,
    size: number) => product * size, 1) <= mostValues;

/** Faults: R2001, all gathered. */
export function readTables(descriptor: unknown, file: string): Outcome<Tables> {
  if (!isFields(descriptor)) return fail(tableWrong(file, '(the whole file)', 'an object', descriptor));
  const { exact, spikes, membrane_inputs: inputs = {} } = descriptor, faults: Fault[] = [];
  // A classifier gives logits, a single block its output.
  const key = descriptor.logits_denominator === undefined && descriptor.output_denominator !== undefined ? 'output_denominator' : 'logits_denominator', denominator = descriptor[key], exponent = denominator === undefined ? finestExponent(descriptor.units) : undefined;
  if (typeof exact !== 'boolean') faults.push(tableWrong(file, 'exact', 'true or false', exact));
  if (!isFields(spikes) || Object.keys(spikes).length === 0) faults.push(tableWrong(file, 'spikes', 'a table of at least one golden array', spikes));
  if (!isFields(inputs)) faults.push(tableWrong(file, 'membrane_inputs', 'a table of arrays', inputs));
  if (exact === true && exponent === undefined && !(typeof denominator === 'number' && denominator > 0 && Number.isSafeInteger(denominator))) faults.push(tableWrong(file, key,
    'a whole number >= 1', denominator));

  const layers = Object.entries(isFields(spikes) ? spikes : {}).flatMap(([name, entry]) => {
    const { axes, shape, packed } = isFields(entry) ? entry : {};
    if (typeof axes === 'string' && isShape(shape) && typeof packed === 'boolean') return [{ name, axes, shape, packed }];
    faults.push(tableWrong(file, `spikes["${name}"]`, '{"axes": text, "shape": sizes, "packed": true or false}', entry));
    return [];
  });
  const membranes = Object.entries(isFields(inputs) ? inputs : {}).flatMap(([array, entry]) => {
    const theta = isFields(entry) ? entry.theta : undefined;
    const layer = array.slice('int:'.length), named = array.startsWith('int:') && isFields(entry);
    if (named && typeof theta === 'number' && theta > 0 && theta < mostThreshold) return [{ array, layer, threshold: theta }];
    if (named && theta === undefined) return [{ array, layer }];
    faults.push(tableWrong(file, `membrane_inputs["${array}"]`, 'a name "int:<lif>" and, but for counts, a threshold "theta"', entry));
    return [];
  });
  if (faults.length > 0 || typeof exact !== 'boolean') return fail(...faults);
  const others = Object.entries(descriptor).flatMap(([name, value]) => (name.endsWith('_denominator') && typeof value === 'number' && value > 0 ? [[name.slice(0, -'_denominator'.length), value] as const] : []));
  return succeed({ exact, denominators: new Map(others), spikes: layers, membranes, ...(typeof denominator === 'number' ? { integers: { array: key.replace('_denominator', '_int'), denominator } } : exponent === undefined ? {} : { integers: { exponent } }) });
}
