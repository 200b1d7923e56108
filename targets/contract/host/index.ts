// The table of host functions: one row each.
import type { HostFunction, Reach } from './host-function.ts';
import { gelu } from './gelu.ts';
import { layerNorm } from './layer-norm.ts';
import { normSums } from './norm-sums.ts';
import { line } from './line.ts';
import { product } from './product.ts';
import { reluSquare } from './relu-square.ts';
import { shiftSum } from './shift-sum.ts';
import { sigmoid } from './sigmoid.ts';
import { softmax } from './softmax.ts';
import { sum } from './sum.ts';
import { tokenMix } from './token-mix.ts';
import { tokenScores } from './token-scores.ts';
import { tokenShift } from './token-shift.ts';
import { wkv } from './wkv.ts';

export const hostFunctions = { gelu, 'layer-norm': layerNorm, line, softmax, sigmoid, 'relu-square': reluSquare, product, sum, 'token-shift': tokenShift, wkv, 'norm-sums': normSums, 'shift-sum': shiftSum, 'token-scores': tokenScores, 'token-mix': tokenMix } as const satisfies Readonly<Record<string, HostFunction>>;
export type HostName = keyof typeof hostFunctions;
export const hostNames = Object.keys(hostFunctions) as readonly HostName[];
/** Function of a verified program. */
export const hostFunctionOf = (name: string): HostFunction => (hostFunctions as Readonly<Record<string, HostFunction>>)[name];
export const reachOf = (name: string, operand: number): Reach => hostFunctionOf(name).operands[operand];
/** Whether a program names a function that there is. */
export const isHostName = (name: string): name is HostName => Object.hasOwn(hostFunctions, name);
