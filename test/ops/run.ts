// One operator alone: types from its own inference, evaluation in a domain, with what holds of every result checked on the way.
import { expect } from 'vitest';
import { checkNode } from '../../compiler/ir/check-node.ts';
import type { Form, OpDef } from '../../compiler/ir/define-op.ts';
import type { Domain, Node, Pair, Tensor, ValueKind, ValueType } from '../../compiler/ir/types.ts';
import { shapeOf } from '../../compiler/ir/types.ts';

/** A value as a test writes it: [steps,] positions, channels. Bounds default to those of its kind. */
export type Given = Readonly<{ kind: ValueKind; grid: Pair; channels: number; time?: 'once' | 'step'; range?: readonly [number, number]; values: readonly number[] }>;
export type Trial<A extends object> = Readonly<{ inputs: readonly Given[]; attrs: A; params?: Readonly<Record<string, Tensor>>; steps?: number }>;

const bounds: Readonly<Record<ValueKind, readonly [number, number]>> = { pixel: [0, 255], spike: [0, 1], ternary: [-1, 1], count: [0, 100], current: [-1000, 1000] };
const typeOf = ({ kind, grid, channels, time = 'step', range = bounds[kind] }: Given, domain: Domain): ValueType =>
  ({ kind, domain, grid, channels, time, range: domain === 'real' && kind === 'current' ? [-Infinity, Infinity] : range });
export const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({ shape, data: Float64Array.from(values) });
/** A constant of one axis. */
export const vector = (...values: readonly number[]): Tensor => tensor([values.length], values);

/** Type of the result; a refusal fails the test. */
export function inferred<K extends string, A extends object, F extends Form>(def: OpDef<K, A, F>, trial: Trial<A>, domain: Domain): ValueType {
  const type = attempt(def, trial, domain);
  if (typeof type === 'string') throw new Error(`${def.kind} refused: ${type}`);
  return type;
}

/** The sentence with which the operator is refused. */
export function refusal<K extends string, A extends object, F extends Form>(def: OpDef<K, A, F>, trial: Trial<A>, domain: Domain = 'real'): string {
  const type = attempt(def, trial, domain);
  return typeof type === 'string' ? type : 'not refused';
}

/** Values of the result. Its shape must be that of its type, and its values within the inferred bounds. */
export function applied<K extends string, A extends object, F extends Form>(def: OpDef<K, A, F>, trial: Trial<A>, domain: Domain): number[] {
  const { node, inputs, context } = prepared(def, trial, domain), run = def.evaluate[domain];
  if (!run) throw new Error(`${def.kind} has no ${domain} evaluation`);
  const result = run(inputs, node, context);
  expect(result.shape).toEqual(shapeOf(node.type, context.steps));
  expect(result.data.length).toBe(result.shape.reduce((size, n) => size * n, 1));
  expect(result.data.every((value) => value >= node.type.range[0] && value <= node.type.range[1])).toBe(true);
  return [...result.data].map((value) => value + 0);
}

/** The result, which must be the same in both domains. */
export function inBoth<K extends string, A extends object>(def: OpDef<K, A, 'chip'>, trial: Trial<A>): number[] {
  const integer = applied(def, trial, 'integer');
  expect(applied(def, trial, 'real')).toEqual(integer);
  return integer;
}

/** Synaptic operations of one sample. */
export function sopsOf<K extends string, A extends object, F extends Form>(def: OpDef<K, A, F>, trial: Trial<A>): number | undefined {
  const { node, inputs, context } = prepared(def, trial, 'integer');
  return def.sops?.(inputs, node, context);
}

function attempt<K extends string, A extends object, F extends Form>(def: OpDef<K, A, F>, { inputs, attrs, params = {}, steps = 1 }: Trial<A>, domain: Domain): ValueType | string {
  return checkNode(def as OpDef, inputs.map((input) => typeOf(input, domain)), attrs, params, steps);
}

function prepared<K extends string, A extends object, F extends Form>(def: OpDef<K, A, F>, trial: Trial<A>, domain: Domain) {
  const { attrs, params = {}, steps = 1 } = trial, types = trial.inputs.map((input) => typeOf(input, domain));
  const node: Node<K, A> = { name: 'tried', kind: def.kind, attrs, inputs: types.map((_, i) => i), params, type: inferred(def, trial, domain) };
  const inputs = trial.inputs.map(({ values }, i) => tensor(shapeOf(types[i], steps), values));
  inputs.forEach(({ shape, data }) => expect(data.length).toBe(shape.reduce((size, n) => size * n, 1)));
  return { node, inputs, context: { steps, types } };
}
