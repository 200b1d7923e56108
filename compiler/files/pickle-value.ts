// What a pickle can mean here: plain data, tensors and storages. Nothing in it can run.
import type { ElementType } from './elements.ts';

export type PickleValue = null | boolean | number | bigint | string | Sequence | Dict | Global | StorageRef | TensorRef | Inert;

/** List or tuple. `depth` counts containers within containers. */
export type Sequence = { readonly kind: 'sequence'; readonly items: PickleValue[]; depth: number };
/** A Map, so that no key (`__proto__`) can reach a prototype. */
export type Dict = { readonly kind: 'dict'; readonly entries: Map<PickleValue, PickleValue>; depth: number };
export type Global = Readonly<{ kind: 'global'; name: string }>;
/** `part`: the elements that a legacy file hands out as a storage of its own. */
export type StorageRef = Readonly<{ kind: 'storage'; type: ElementType; key: string; numel: number; part?: Readonly<{ from: number; numel: number }> }>;
export type TensorRef = Readonly<{ kind: 'tensor'; storage: StorageRef; offset: PickleValue; size: PickleValue; stride: PickleValue }>;
/** Something that is kept for its place only: bytes, a numpy scalar, or what a refused name would have made. */
export type Inert = Readonly<{ kind: 'inert'; of: string; made: 'data' | 'by call' | 'as object' }>;

export const isKind = <K extends 'sequence' | 'dict' | 'global' | 'storage' | 'tensor' | 'inert'>(value: PickleValue, kind: K): value is Extract<PickleValue, { kind: K }> =>
  typeof value === 'object' && value !== null && value.kind === kind;

/** What a value is, for messages. */
export function describeValue(value: PickleValue): string {
  if (value === null) return 'None';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return value.kind === 'inert' ? `an object of ${value.of}` : `a ${value.kind}`;
}
