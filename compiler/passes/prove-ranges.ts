// prove-ranges: no sum and no membrane can leave the integers that the target gives it.
import { is } from '../ir/define-op.ts';
import type { NodeOf } from '../ir/define-op.ts';
import type { Graph } from '../ir/types.ts';
import { addCurrents, conv, elastic, gate, lif, mixSteps, plastic, spikeProduct } from '../ops/index.ts';
import { remembers } from '../ops/elastic.ts';
import { gateReach } from '../ops/gate.ts';
import { keepsInputs, mixBounds } from '../ops/mix-steps.ts';
import { mixBits } from '../../targets/contract/program.ts';
import { sumTooWide, membraneTooWide } from './faults.ts';
import { potentialBits as elasticBits } from '../ir/elastic-range.ts';
import { membraneBounds, signedBits } from '../ir/ranges.ts';
import type { Pass } from './pass.ts';
import { integerLevel } from './pass.ts';

/** A sum, or the potential that a neuron stores, and the bits that hold all its values. accumulated: in one accumulator of a core; other currents travel as wide as they are. */
export type Width = Readonly<{ node: string; holds: 'sum' | 'membrane'; bits: number; accumulated: boolean }>;

/** Widths of every sum and every stored potential of an integer graph. */
export function widthsOf(graph: Graph): readonly Width[] {
  return graph.nodes.flatMap((node): Width[] => {
    if (is(node, lif)) return [{ node: node.name, holds: 'membrane', bits: potentialBits(node, graph), accumulated: false }];
    if (is(node, plastic)) return [{ node: node.name, holds: 'membrane', bits: potentialBits(node, graph), accumulated: false }, { node: node.name, holds: 'sum', bits: drivenBits(node, graph), accumulated: true }];
    if (is(node, elastic) && remembers(node)) return [{ node: node.name, holds: 'membrane', bits: elasticBits(node, graph.nodes[node.inputs[0]].type.range, graph.steps), accumulated: false }];
    // What waits for its last step lies in the memory of the potentials.
    const waits: Width[] = is(node, mixSteps) && keepsInputs(node.params.weight, graph.steps) ? [{ node: node.name, holds: 'membrane', bits: signedBits(...graph.nodes[node.inputs[0]].type.range), accumulated: false }] : [];
    if (!is(node, conv) && node.type.kind !== 'current') return waits;
    return [...waits, { node: node.name, holds: 'sum', bits: signedBits(...node.type.range), accumulated: is(node, conv) || is(node, addCurrents) || is(node, spikeProduct) }];
  });
}

export const widest = (widths: readonly Width[], holds: Width['holds']): Width | undefined =>
  widths.reduce<Width | undefined>((most, width) => (width.holds === holds && (!most || width.bits > most.bits) ? width : most), undefined);

/** Bounds follow from weights, biases and the ranges of inputs (conv's inference); a tile's prefix of a sum lies within the same bounds. Source: operators.md section 6 rule 8. */
export const proveRanges: Pass = {
  name: 'prove-ranges', doc: 'proves that accumulators and membranes hold every value they can meet', lossless: 'proof', leaves: integerLevel,
  run(graph, { accumulatorBits, membraneBits }, { report, note }) {
    const widths = widthsOf(graph);
    for (const { node, holds, bits, accumulated } of widths) {
      if (holds === 'membrane' && bits > membraneBits) report(membraneTooWide(node, bits, membraneBits));
      if (accumulated && bits > accumulatorBits) report(sumTooWide(node, bits, accumulatorBits));
    }
    for (const node of graph.nodes) {
      if (is(node, mixSteps) && mixedBits(node, graph) > mixBits) report(sumTooWide(node.name, mixedBits(node, graph), mixBits));
      if (!is(node, gate)) continue;
      const { score } = gateReach(graph.nodes[node.inputs[0]].type, node.params);
      if (!(score <= Number.MAX_SAFE_INTEGER)) report(sumTooWide(node.name, Math.ceil(Math.log2(score)) + 1, 53));
    }
    note(`widest sum ${widest(widths, 'sum')?.bits ?? 0} bits, widest stored membrane ${widest(widths, 'membrane')?.bits ?? 0} bits`);
    return graph;
  },
};

/** Bits that hold every sum of weighed steps. */
export const mixedBits = ({ inputs, params: { weight } }: NodeOf<typeof mixSteps>, { nodes, steps }: Graph): number => signedBits(...mixBounds(nodes[inputs[0]].type, weight, steps));

/** Bits that hold the current of a plastic neuron, what its matrix adds included. */
export function drivenBits({ inputs: [current], attrs: { most = 0 } }: NodeOf<typeof plastic>, { nodes }: Graph): number {
  const [low, high] = nodes[current].type.range;
  return signedBits(low - most, high + most);
}

/** Bits that hold every potential a neuron of an integer graph stores. */
export function potentialBits({ inputs, attrs, params: { threshold } }: Pick<NodeOf<typeof lif> | NodeOf<typeof plastic>, 'inputs' | 'attrs' | 'params'>, { nodes, steps }: Graph): number {
  const unit = 2 ** (attrs.fractionBits ?? 0), [low, high] = nodes[inputs[0]].type.range, added = 'most' in attrs ? attrs.most ?? 0 : 0;
  return signedBits(...membraneBounds([(low - added) * unit, (high + added) * unit], attrs.keep, threshold.data, attrs, steps));
}
