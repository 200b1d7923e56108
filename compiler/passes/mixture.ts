// A network of which only some constants are rounded: what each rounding costs is told by leaving the others out.
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Graph, Node } from '../ir/types.ts';
import { passes } from './index.ts';
import { neuronOf } from './neurons/neuron-of.ts';
import type { PassContext, PassOptions } from './pass.ts';
import { isHost } from '../ops/is-host.ts';
import { quantise, quantised, settle } from './quantise.ts';
import type { Mechanism, Rounds, Verdict } from './rounding.ts';
import { Roundings } from './rounding.ts';
import { runPasses } from './run-passes.ts';

/** integer: what the pass `quantise` makes. of: the network in its units, rounded where it is said; all graphs have the same nodes. verdicts: of every rounding there is. */
export type Mixtures = Readonly<{ integer: Graph; verdicts: readonly Verdict[]; of(rounds: Rounds): Graph }>;

/**
 * Scaling a channel changes no spike, rounding does: with nothing rounded a mixture is the real network (but for float64 rounding), with everything rounded it is the integer network, bit for bit.
 * @param graph real, as imported
 * Faults: those of the passes as far as `quantise`.
 */
export function mixturesOf(graph: Graph, options: PassOptions): Outcome<Mixtures> {
  const shaped = runPasses(graph, passes.slice(0, passes.indexOf(quantise)), options), faults: Fault[] = [...shaped.faults];
  const context: PassContext = { report: (fault) => faults.push(fault), note: () => undefined, verdict: () => undefined }, settled = shaped.arrived ? settle(shaped.graph, options, context) : undefined;
  if (!settled || faults.some(({ severity }) => severity === 'error')) return fail(...faults);
  const { integer, real, groups, limits } = settled, verdicts = settled.roundings.verdicts(), exact = new Set(verdicts.flatMap(({ node, mechanism, exact: is }) => (is ? [key(node, mechanism)] : [])));
  const fractions = new Map(integer.nodes.flatMap((node) => { const fraction = neuronOf(node)?.fraction; return fraction ? [[node.name, fraction.taken(node)] as const] : []; }));
  const of = (rounds: Rounds): Graph => {
    const mixed = quantised(real, groups, options, { ...limits, fractions }, context, new Roundings(rounds));
    if (!mixed) throw new Error('a network that became integers cannot be scaled');
    return { ...mixed, nodes: mixed.nodes.map((node) => inDomain(node, (mechanism) => rounds(node.name, mechanism) && !exact.has(key(node.name, mechanism)))) };
  };
  return succeed({ integer, verdicts, of });
}

const key = (node: string, mechanism: Mechanism): string => `${mechanism} ${node}`;

/** Where its own rounding is left out, or is exact on whole numbers, such a node is evaluated in real numbers. */
function inDomain(node: Node, isRounded: (mechanism: Mechanism) => boolean): Node {
  const own = isHost(node) ? 'host' : neuronOf(node)?.rounds;
  return own && !isRounded(own) ? { ...node, type: { ...node.type, domain: 'real' } } : node;
}
