// The table of host functions: one row each.
import type { HostFunction } from './host-function.ts';
import { gelu } from './gelu.ts';
import { layerNorm } from './layer-norm.ts';
import { product } from './product.ts';
import { reluSquare } from './relu-square.ts';
import { sigmoid } from './sigmoid.ts';
import { softmax } from './softmax.ts';

export const hostFunctions = { gelu, 'layer-norm': layerNorm, softmax, sigmoid, 'relu-square': reluSquare, product } as const satisfies Readonly<Record<string, HostFunction>>;
export type HostName = keyof typeof hostFunctions;
export const hostNames = Object.keys(hostFunctions) as readonly HostName[];
