// One sample through the real network and all mixes; only what a mix changes is evaluated again.
import { evaluateNode } from '../../compiler/eval/evaluate.ts';
import type { Graph, Node, Tensor } from '../../compiler/ir/types.ts';
import { resultOf } from '../../compiler/lower/readout.ts';
import { is } from '../../compiler/ir/define-op.ts';
import { ops, readout } from '../../compiler/ops/index.ts';
import { resultsOf } from '../results.ts';
import type { Mix } from './mix.ts';

/** labels [1 + mixes]: answers, the real network's first. differing [mixes, probes]: values of each probe that are not those of the real network. */
export type Compared = Readonly<{ labels: Int32Array; differing: Int32Array }>;

/** @param input one sample, for the one source */
export function compareMixes(real: Graph, mixes: readonly Pick<Mix, 'nodes'>[], input: ArrayLike<number>): Compared {
  const values: Tensor[] = [], given = new Map(real.nodes.flatMap(({ name, inputs }) => (inputs.length === 0 ? [[name, input] as const] : [])));
  for (const node of real.nodes) values.push(evaluateNode(node, real, ops, values, given));
  const labels = [answerOf(real.nodes, real, values)], differing = new Int32Array(mixes.length * real.probes.length);
  mixes.forEach(({ nodes }, mix) => {
    const own = new Map(nodes), mixed = real.nodes.map((node, id) => own.get(id) ?? node), changed = changedValues(real, mixed, own, values, given);
    const valueOf = (id: number): Tensor => changed.get(id) ?? values[id];
    real.probes.forEach(({ value }, probe) => { if (changed.has(value)) differing[mix * real.probes.length + probe] = unequal(valueOf(value), values[value]); });
    labels.push(answerOf(mixed, real, real.nodes.map((_, id) => valueOf(id))));
  });
  return { labels: Int32Array.from(labels), differing };
}

/** Values of a mix that are not those of the real network. A node is evaluated again where it is another, or reads what has changed; what comes out equal stops there. */
function changedValues(real: Graph, mixed: readonly Node[], own: ReadonlyMap<number, Node>, values: readonly Tensor[], given: ReadonlyMap<string, ArrayLike<number>>): ReadonlyMap<number, Tensor> {
  const changed = new Map<number, Tensor>(), now = [...values];
  mixed.forEach((node, id) => {
    if (!own.has(id) && !node.inputs.some((input) => changed.has(input))) return;
    const value = evaluateNode(node, real, ops, now, given);
    if (unequal(value, values[id]) === 0) return;
    changed.set(id, value);
    now[id] = value;
  });
  return changed;
}

function unequal({ data: a }: Tensor, { data: b }: Tensor): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

/** Index of the largest score, the lowest among equals, as on the chip. */
function answerOf(nodes: readonly Node[], graph: Graph, values: readonly Tensor[]): number {
  const { value } = graph.outputs[0], node = nodes[value], scores = is(node, readout) ? resultsOf(resultOf(node, { ...graph, nodes }), values[value].data).scores : values[value].data;
  let best = 0;
  for (let label = 1; label < scores.length; label++) if (scores[label] > scores[best]) best = label;
  return best;
}
