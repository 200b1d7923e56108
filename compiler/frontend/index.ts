// The table of model families: one row each.
import type { Family } from './family.ts';
import { sdtV1 } from './sdt-v1.ts';
import { spikformerCifar } from './spikformer/cifar.ts';

export const families: readonly [Family, ...Family[]] = [spikformerCifar, sdtV1];
