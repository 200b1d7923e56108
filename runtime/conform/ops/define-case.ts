// How an operator case is declared: the operator that case.json names, and the graphs of our operators that say the same.
import type { Held } from '../held.ts';
import type { OpFile } from './op-file.ts';

/** `parts`: what is run and held to the arrays of the case, sizes and parameters read from it; refuses what it cannot read (compiler/files/refusal.ts). */
export type OpCase = Readonly<{ op: string; doc: string; parts(file: OpFile): readonly Held[] }>;

export const defineCase = (declared: OpCase): OpCase => declared;
