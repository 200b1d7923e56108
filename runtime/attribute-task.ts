// The module a worker thread runs for `attribute`: one sample through the real network and all mixes.
import type { Graph } from '../compiler/ir/types.ts';
import { compareMixes } from './attribute/compare-mixes.ts';
import type { Compared } from './attribute/compare-mixes.ts';
import type { Mix } from './attribute/mix.ts';

/** real and mixes have their constants on shared memory. */
export type AttributeTask = Readonly<{ real: Graph; mixes: readonly Pick<Mix, 'nodes'>[]; pixels: Uint8Array }>;

export default function runAttributeTask({ real, mixes, pixels }: AttributeTask): Compared { return compareMixes(real, mixes, pixels); }
