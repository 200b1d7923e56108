// The row of a node in the table of neurons.
import type { Node } from '../../ir/types.ts';
import { neurons } from './index.ts';
import type { Neuron } from './neuron.ts';

const table: Readonly<Record<string, Neuron>> = neurons;

/** undefined: the operator has no constants in units of what it reads. */
export const neuronOf = ({ kind }: Node): Neuron | undefined => (Object.hasOwn(table, kind) ? table[kind] : undefined);
