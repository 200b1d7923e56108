// Samples as integer graphs and chips take them: currents in whole units of their source.
import { is } from '../../compiler/ir/define-op.ts';
import type { Graph, Node } from '../../compiler/ir/types.ts';
import { source } from '../../compiler/ops/index.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { inputTooWide } from './faults.ts';

/** Values of one sample by source node: bytes, or currents as real numbers. */
export type Given = ReadonlyMap<string, Uint8Array | Float64Array>;
/** The same with currents in whole units. */
export type GivenUnits = ReadonlyMap<string, Uint8Array | Int32Array>;

/** All samples, currents rounded to the nearest whole unit of the integer graph's sources. Fault: R2010, a current that does not fit the bits of its source. */
export function toUnits(graph: Graph, count: number, given: (sample: number) => Given): Outcome<readonly GivenUnits[]> {
  const samples: GivenUnits[] = [];
  for (let sample = 0; sample < count; sample++) {
    const units = new Map<string, Uint8Array | Int32Array>();
    for (const [name, values] of given(sample)) {
      const whole = values instanceof Uint8Array ? succeed(values) : unitsOf(values, graph.nodes.find((node) => node.name === name)!);
      if (!whole.ok) return whole;
      units.set(name, whole.value);
    }
    samples.push(units);
  }
  return succeed(samples);
}

function unitsOf(values: Float64Array, node: Node): Outcome<Int32Array> {
  if (!is(node, source)) throw new Error(`"${node.name}" is no source`);
  return wholeUnits(values, { name: node.name, units: node.params.scale?.data ?? new Float64Array(node.type.channels).fill(1), range: node.type.range });
}

/** Where currents enter. units [channels]: real value of one unit. range: of whole units. */
type Entry = Readonly<{ name: string; units: Float64Array; range: readonly [low: number, high: number] }>;

/** Currents rounded to the nearest whole unit. @param values [..., channels] Fault: R2010. */
export function wholeUnits(values: Float64Array, { name, units, range: [low, high] }: Entry): Outcome<Int32Array> {
  const whole = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const unit = Math.round(values[i] / units[i % units.length]);
    if (!(unit >= low && unit <= high)) return fail(inputTooWide(name, values[i], unit, Math.log2(high + 1) + 1));
    whole[i] = unit;
  }
  return succeed(whole);
}
