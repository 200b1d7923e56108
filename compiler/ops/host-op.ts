// How an operator that runs on the host is declared: its function comes from the contract, where the simulator finds the same one.
import type { Constants, HostFunction, Operand } from '../../targets/contract/host/host-function.ts';
import type { HostName } from '../../targets/contract/host/index.ts';
import { hostFunctions } from '../../targets/contract/host/index.ts';
import type { HostUnits } from '../../targets/contract/host/run-host.ts';
import { startHost } from '../../targets/contract/host/run-host.ts';
import type { AttrSpec, AttrsOf, Barrier, EvaluationContext, OpDef, ParamSpec } from '../ir/define-op.ts';
import { defineOp } from '../ir/define-op.ts';
import { shapeWrong } from '../ir/check-node.ts';
import { extremes } from '../ir/numbers.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf, shapeOf } from '../ir/types.ts';

/** Numbers that an integer graph adds to a host node: what units are worth, and between which whole numbers results lie. */
const unitParams = {
  units: { shape: '[channels of all inputs]', optional: true, doc: 'real value of one unit of each channel read, inputs side by side, in integer graphs' },
  scale: { shape: '[channels]', optional: true, doc: 'real value of one unit of the result, in integer graphs' },
  range: { shape: '[2, channels]', optional: true, doc: 'least, then greatest whole number of each channel of the result, in integer graphs' },
} as const satisfies Readonly<Record<string, ParamSpec>>;

type Declared<K extends HostName, S extends Readonly<Record<string, AttrSpec>>> = Readonly<{ kind: K; barrier: Barrier; doc: string; source: string; attrs: S; params: Readonly<Record<string, ParamSpec>> }>;

/**
 * An operator of form `host`. Its attributes and parameters are the constants that the function names; its result is a current with the positions of what it reads.
 * In integers: operands times their units, the function in float64, rounded to whole units (halves up) within `range`.
 */
export const hostOp = <const K extends HostName, const S extends Readonly<Record<string, AttrSpec>>>({ params, ...declared }: Declared<K, S>): OpDef<K, AttrsOf<S>, 'host'> & Readonly<{ attrs: S }> => {
  const called: HostFunction = hostFunctions[declared.kind];
  return defineOp({ ...declared, form: 'host', params: { ...params, ...unitParams },
    takes: called.operands.map(() => ['pixel', 'spike', 'ternary', 'count', 'current'] as const),
    infer: (inputs, attrs, all) => inferHost(called, inputs, attrs, all),
    evaluate: { real: (inputs, node, context) => run(called, inputs, node, context, 'none'), integer: (inputs, node, context) => run(called, inputs, node, context, 'whole') },
  });
};

/** Constants of a host node by the names of its function: its attributes as arrays of one, its parameters as they are. */
export const constantsOf = (attrs: object, params: Readonly<Record<string, Tensor>>): Constants => ({
  ...Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, Float64Array.of(Number(value))])),
  ...Object.fromEntries(Object.entries(params).filter(([name]) => !Object.hasOwn(unitParams, name)).map(([name, { data }]) => [name, data])) });

export const operandOf = (type: ValueType): Operand => ({ positions: positionsOf(type), channels: type.channels });

/** Units of a host node of an integer graph. */
export const unitsOf = ({ units, scale, range }: Readonly<Record<string, Tensor>>): Omit<HostUnits, 'rounding'> => ({ units: units.data, scale: scale.data, range: range.data });

function inferHost(called: HostFunction, inputs: readonly ValueType[], attrs: object, params: Readonly<Record<string, Tensor>>): ValueType | string {
  const first = inputs[called.operands.indexOf('position')], all = inputs.reduce((sum, { channels }) => sum + channels, 0);
  if (inputs.some(({ time }) => time === 'once')) return 'reads a value without steps; repeat it first';
  if (inputs.some(({ grid }, i) => called.operands[i] === 'position' && (grid[0] !== first.grid[0] || grid[1] !== first.grid[1]))) return 'reads values of different grid';
  const channels = called.channels(inputs.map(operandOf), constantsOf(attrs, params)), { units, scale, range } = params;
  if (typeof channels === 'string') return channels;
  const type = { ...first, kind: 'current', channels } as const;
  if (first.domain === 'real') return units || scale || range ? 'units, scale and range belong to integer graphs' : { ...type, range: [-Infinity, Infinity] };
  if (!units || !scale || !range) return 'needs the parameters "units", "scale" and "range" in an integer graph';
  const wrong = shapeWrong('units', units, [all]) ?? shapeWrong('scale', scale, [channels]) ?? shapeWrong('range', range, [2, channels]);
  if (wrong !== undefined) return wrong;
  if (![...units.data, ...scale.data].every((unit) => unit > 0)) return 'a unit must be above 0';
  const low = range.data.subarray(0, channels), high = range.data.subarray(channels), odd = low.findIndex((least, c) => !(Number.isSafeInteger(least) && Number.isSafeInteger(high[c]) && least <= high[c]));
  return odd < 0 ? { ...type, range: [extremes(low)[0], extremes(high)[1]] } : `its range [${low[odd]}, ${high[odd]}] is not two whole numbers in order`;
}

function run(called: HostFunction, inputs: readonly Tensor[], { attrs, params, type }: Node, { steps, types }: EvaluationContext, rounding: 'whole' | 'none'): Tensor {
  const units = params.units ? { ...unitsOf(params), rounding } : undefined, step = startHost(called, types.map(operandOf), type.channels, constantsOf(attrs, params), units), size = positionsOf(type) * type.channels, data = new Float64Array(steps * size);
  for (let at = 0; at < steps; at++) {
    step(inputs.map(({ data: values }) => values.subarray((at * values.length) / steps, ((at + 1) * values.length) / steps)), data.subarray(at * size, (at + 1) * size));
  }
  return { shape: shapeOf(type, steps), data };
}
