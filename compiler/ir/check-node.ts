// One node against the declaration of its operator: arity, kinds, attributes, parameters, then the operator's own inference.
import type { AttrSpec, OpDef } from './define-op.ts';
import type { Tensor, ValueType } from './types.ts';
import { allFinite } from './numbers.ts';

/** The type of the result, or one sentence that says what is wrong. */
export function checkNode(def: OpDef, inputs: readonly ValueType[], attrs: object, params: Readonly<Record<string, Tensor>>, steps: number): ValueType | string {
  const type = inferNode(def, inputs, attrs, params, steps);
  return typeof type === 'string' || isHeld(type) ? type : `reaches [${type.range.join(', ')}], beyond the whole numbers that float64 holds exactly`;
}

/** Whether every whole number of an integer value is held exactly. */
export const isHeld = ({ domain, range }: ValueType): boolean => domain === 'real' || range.every((bound) => Math.abs(bound) <= Number.MAX_SAFE_INTEGER);

/** The same, its integers of any size: what a pass may try before it settles. */
export function inferNode(def: OpDef, inputs: readonly ValueType[], attrs: object, params: Readonly<Record<string, Tensor>>, steps: number): ValueType | string {
  if (inputs.length !== def.takes.length) return `takes ${def.takes.length} inputs, has ${inputs.length}`;
  const stray = inputs.findIndex((input, i) => !def.takes[i].includes(input.kind));
  if (stray >= 0) return `input ${stray} must be ${def.takes[stray].join(' or ')}, is ${inputs[stray].kind}`;
  if (inputs.some((input) => input.domain !== inputs[0].domain)) return `mixes real and integer inputs`;
  const wrong = attrsWrong(def.attrs, attrs as Readonly<Record<string, unknown>>) ?? paramsWrong(def, params);
  if (wrong !== undefined) return wrong;
  const type = def.infer(inputs, attrs, params, steps);
  if (typeof type === 'string' || type.domain === 'real') return type;
  return def.evaluate.integer ? type : 'has no integer form';
}

function attrsWrong(specs: Readonly<Record<string, AttrSpec>>, attrs: Readonly<Record<string, unknown>>): string | undefined {
  const unknown = Object.keys(attrs).find((name) => !Object.hasOwn(specs, name));
  if (unknown !== undefined) return `has no attribute "${unknown}" (it has ${Object.keys(specs).join(', ') || 'none'})`;
  for (const [name, spec] of Object.entries(specs)) {
    const value = attrs[name];
    if (value === undefined && mayBeAbsent(spec)) continue;
    if (value === undefined) return `needs the attribute "${name}" (${spec.doc})`;
    if (!attrFits(spec, value)) return `attribute "${name}" must be ${attrWanted(spec)}, is ${JSON.stringify(value)}`;
  }
  return undefined;
}

const whole = (value: unknown, from: number): boolean => Number.isSafeInteger(value) && (value as number) >= from;

export const mayBeAbsent = (spec: AttrSpec): boolean => (spec.as === 'whole' || spec.as === 'word') && spec.absent !== undefined;

/** Whether a value may stand for an attribute. */
export function attrFits(spec: AttrSpec, value: unknown): boolean {
  switch (spec.as) {
    case 'whole': return whole(value, spec.from);
    case 'number': return typeof value === 'number' && Number.isFinite(value);
    case 'pair': return Array.isArray(value) && value.length === 2 && value.every((v) => whole(v, spec.from));
    case 'word': return typeof value === 'string' && spec.of.includes(value);
  }
}

/** What an attribute may be, in words; also used by the docs table. */
export function attrWanted(spec: AttrSpec): string {
  switch (spec.as) {
    case 'whole': return `a whole number >= ${spec.from}`;
    case 'number': return 'a finite number';
    case 'pair': return `a pair of whole numbers >= ${spec.from}`;
    case 'word': return spec.of.join(' or ');
  }
}

function paramsWrong(def: OpDef, params: Readonly<Record<string, Tensor>>): string | undefined {
  const unknown = Object.keys(params).find((name) => !Object.hasOwn(def.params, name));
  if (unknown !== undefined) return `has no parameter "${unknown}"`;
  for (const [name, spec] of Object.entries(def.params)) {
    const tensor = params[name];
    if (tensor === undefined) { if (!spec.optional) return `needs the parameter "${name}" ${spec.shape}`; continue; }
    if (tensor.data.length !== tensor.shape.reduce((size, n) => size * n, 1)) return `parameter "${name}" holds ${tensor.data.length} values for shape [${tensor.shape.join(', ')}]`;
    if (!allFinite(tensor.data)) return `parameter "${name}" is not finite`;
  }
  return undefined;
}

/** Says that a parameter must have a shape, or undefined when it has. */
export const shapeWrong = (name: string, tensor: Tensor | undefined, ...shapes: readonly (readonly number[])[]): string | undefined =>
  tensor === undefined || shapes.some((shape) => shape.length === tensor.shape.length && shape.every((n, i) => n === tensor.shape[i])) ? undefined
    : `parameter "${name}" must have shape ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' or ')}, has [${tensor.shape.join(', ')}]`;
