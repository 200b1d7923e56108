// prove-ranges: no sum and no membrane can leave the integers that the target gives it.
import { is } from '../ir/define-op.ts';
import type { Graph } from '../ir/types.ts';
import { addCurrents, conv, spikeProduct } from '../ops/index.ts';
import { sumTooWide, membraneTooWide } from './faults.ts';
import { signedBits } from '../ir/ranges.ts';
import type { Width } from './neurons/neuron.ts';
import { neuronOf } from './neurons/neuron-of.ts';
import type { Pass } from './pass.ts';
import { integerLevel } from './pass.ts';

/** Widths of every sum and every stored potential of an integer graph. */
export function widthsOf(graph: Graph): readonly Width[] {
  return graph.nodes.flatMap((node): Width[] => {
    const own = neuronOf(node)?.widths?.(node, graph);
    if (own) return [...own];
    if (!is(node, conv) && node.type.kind !== 'current') return [];
    return [{ node: node.name, holds: 'sum', bits: signedBits(...node.type.range), accumulated: is(node, conv) || is(node, addCurrents) || is(node, spikeProduct) }];
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
      const own = neuronOf(node)?.sum?.(node, graph);
      if (own && !(own.bits <= own.limit)) report(sumTooWide(node.name, own.bits, own.limit));
    }
    note(`widest sum ${widest(widths, 'sum')?.bits ?? 0} bits, widest stored membrane ${widest(widths, 'membrane')?.bits ?? 0} bits`);
    return graph;
  },
};
