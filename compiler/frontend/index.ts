// The table of model families: one row each.
import type { FamilyName } from './descriptor.ts';
import type { Family } from './network.ts';
import { sdtV1 } from './sdt-v1.ts';
import { spikformerCifar } from './spikformer-cifar.ts';

export const families: Readonly<Record<FamilyName, Family>> = { 'spikformer-cifar': spikformerCifar, 'sdt-v1': sdtV1 };
