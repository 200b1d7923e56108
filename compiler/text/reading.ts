// What reading a text carries along, and the readers of single tokens.
import type { IToken } from 'chevrotain';
import type { Fault } from '../../targets/contract/fault.ts';
import type { NamedConstant } from '../ir/print.ts';
import type { Node, Tensor, ValueId } from '../ir/types.ts';
import { illegalText, numberNotFinite } from './faults.ts';
import type { Source } from './source.ts';
import { Text } from './tokens.ts';

/** Tensors of a checkpoint, by key, in the shapes of the file. */
export type Stored = ReadonlyMap<string, Tensor>;

/**
 * stored: what keys name, if a checkpoint was given; used: keys that were named; named: the constants that they became. values: of all constants so far. places: offset of the statement that makes each name, known before it is read.
 * spoilt: names whose statement was refused; what reads them is not refused again for it.
 */
export type Reading = Readonly<{ stored: Stored | undefined; used: Set<string>; named: Map<Tensor, NamedConstant>; source: Source; steps: number; nodes: Node[]; ids: Map<string, ValueId>; places: ReadonlyMap<string, number>; spoilt: Set<string>;
  budget: { values: number; named: number }; report(fault: Fault): void }>;

/** Text of a name or quoted text; undefined and a fault where its escapes are wrong. */
export function textOf(token: IToken, { source, report }: Pick<Reading, 'source' | 'report'>): string | undefined {
  if (token.tokenType !== Text) return token.image;
  try {
    return JSON.parse(token.image) as string;
  } catch {
    report(illegalText(source, token.startOffset));
    return undefined;
  }
}

/** A finite number; undefined and a fault where it is infinite or beyond float64. */
export function finiteOf(token: IToken, { source, report }: Reading): number | undefined {
  const value = Number(token.image);
  if (Number.isFinite(value)) return value;
  report(numberNotFinite(source, token.startOffset, token.image));
  return undefined;
}

/** A bound of a type: finite, inf or -inf. */
export function boundOf(token: IToken, reading: Reading): number | undefined {
  return token.image === 'inf' ? Infinity : token.image === '-inf' ? -Infinity : finiteOf(token, reading);
}
