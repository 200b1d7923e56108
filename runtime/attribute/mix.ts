// The networks that are compared: the real one, and for every node, every mechanism and all together what is rounded instead.
import type { Graph, Node, Tensor } from '../../compiler/ir/types.ts';
import type { Mixtures } from '../../compiler/passes/mixture.ts';
import { everything, mechanismNames } from '../../compiler/passes/rounding.ts';
import type { Mechanism } from '../../compiler/passes/rounding.ts';

/**
 * One network. of: what is rounded in it. mechanisms: by what. nodes: those that differ from the real network, by their index, ascending.
 * Its other nodes are those of the real network: all are in the units of the integers.
 */
export type Mix = Readonly<{ name: string; of: 'node' | 'mechanism' | 'everything'; mechanisms: readonly Mechanism[]; nodes: readonly (readonly [index: number, node: Node])[] }>;

/** real: nothing rounded. mixes: nodes in network order, mechanisms, everything. What is exact costs nothing and has no mix. exact: how many nodes are. */
export type Mixed = Readonly<{ real: Graph; mixes: readonly Mix[]; exact: number }>;

/** One at a time: in every mix all but what it names is real. */
export function mixesOf({ integer, verdicts, of }: Mixtures): Mixed {
  const real = of(() => false), rounded = withTensorsOf([real], of(everything)), lossy = verdicts.filter(({ exact }) => !exact), named = new Map<string, Mechanism[]>();
  for (const { node, mechanism } of lossy) named.set(node, [...named.get(node) ?? [], mechanism]);
  const byNode = rounded.nodes.flatMap((node, index): Mix[] => { const by = named.get(node.name); return by ? [{ name: node.name, of: 'node', mechanisms: by, nodes: [[index, node]] }] : []; });
  const present = mechanismNames.filter((mechanism) => lossy.some((verdict) => verdict.mechanism === mechanism));
  const byMechanism = present.map((mechanism): Mix => ({ name: mechanism, of: 'mechanism', mechanisms: [mechanism], nodes: differing(real, withTensorsOf([real, rounded], of((_, one) => one === mechanism))) }));
  return { real, mixes: [...byNode, ...byMechanism, { name: 'everything', of: 'everything', mechanisms: present, nodes: differing(real, withTensorsOf([real, rounded], integer)) }],
    exact: new Set(verdicts.map(({ node }) => node)).size - named.size };
}

/** Nodes of a mix that are not those of the real network. */
const differing = (real: Graph, mix: Graph): readonly (readonly [number, Node])[] => mix.nodes.flatMap((node, index) => (isSame(node, real.nodes[index]) ? [] : [[index, node] as const]));

const isSame = (a: Node, b: Node): boolean => a.type.domain === b.type.domain && JSON.stringify(a.attrs) === JSON.stringify(b.attrs) && Object.entries(a.params).every(([name, tensor]) => tensor === b.params[name]);

/** A mix with the tensors of other networks wherever they are equal: all mixes together hold the weights twice, real and rounded. */
function withTensorsOf(others: readonly Graph[], mix: Graph): Graph {
  const kept = (tensor: Tensor, name: string, index: number): Tensor => others.map(({ nodes }) => nodes[index].params[name]).find((other) => other && isEqual(tensor, other)) ?? tensor;
  return { ...mix, nodes: mix.nodes.map((node, index) => ({ ...node, params: Object.fromEntries(Object.entries(node.params).map(([name, tensor]) => [name, kept(tensor, name, index)])) })) };
}

function isEqual({ data: a }: Tensor, { data: b }: Tensor): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
