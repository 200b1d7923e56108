// The neurons: one row per operator whose constants count in units of what it reads.
import type { NodeOf } from '../../ir/define-op.ts';
import type { ops } from '../../ops/index.ts';
import type { Neuron } from './neuron.ts';
import { elasticNeuron } from './elastic.ts';
import { gateNeuron } from './gate.ts';
import { ladderNeuron } from './ladder.ts';
import { lifNeuron } from './lif.ts';
import { mixStepsNeuron } from './mix-steps.ts';
import { plasticNeuron } from './plastic.ts';

type Ops = typeof ops;
export type Neurons = { readonly [K in keyof Ops]?: Neuron<NodeOf<Ops[K]>> };

export const neurons = { lif: lifNeuron, ladder: ladderNeuron, elastic: elasticNeuron, 'mix-steps': mixStepsNeuron, gate: gateNeuron, plastic: plasticNeuron } as const satisfies Neurons;
