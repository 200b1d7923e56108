// prove-ranges: no sum and no membrane can leave the integers that the target gives it.
import { is } from '../ir/define-op.ts';
import type { NodeOf } from '../ir/define-op.ts';
import type { Graph } from '../ir/types.ts';
import { addCurrents, conv, elastic, gate, lif, mixSteps, spikeProduct } from '../ops/index.ts';
import { remembers } from '../ops/elastic.ts';
import { gateReach } from '../ops/gate.ts';
import { keepsInputs, mixBounds } from '../ops/mix-steps.ts';
import { mixBits } from '../../targets/contract/program.ts';
import { sumTooWide, membraneTooWide } from './faults.ts';
import { potentialBits as elasticBits } from '../ir/elastic-range.ts';
import { membraneBounds, signedBits } from '../ir/ranges.ts';
import type { Pass } from './pass.ts';
import { integerLevel } from './pass.ts';

/** Bounds follow from weights, biases and the ranges of inputs (conv's inference); a tile's prefix of a sum lies within the same bounds. Source: operators.md section 6 rule 8. */
export const proveRanges: Pass = {
  name: 'prove-ranges', doc: 'proves that accumulators and membranes hold every value they can meet', lossless: 'proof', leaves: integerLevel,
  run(graph, { accumulatorBits, membraneBits }, { report, note }) {
    let widestSum = 0, widestMembrane = 0;
    for (const node of graph.nodes) {
      if (is(node, conv) || node.type.kind === 'current') {
        const bits = signedBits(...node.type.range);
        widestSum = Math.max(widestSum, bits);
        if ((is(node, conv) || is(node, addCurrents) || is(node, spikeProduct)) && bits > accumulatorBits) report(sumTooWide(node.name, bits, accumulatorBits));
      }
      if (is(node, gate)) {
        const { score } = gateReach(graph.nodes[node.inputs[0]].type, node.params);
        if (!(score <= Number.MAX_SAFE_INTEGER)) report(sumTooWide(node.name, Math.ceil(Math.log2(score)) + 1, 53));
      }
      if (is(node, lif) || (is(node, elastic) && remembers(node))) {
        const bits = is(node, lif) ? potentialBits(node, graph) : elasticBits(node, graph.nodes[node.inputs[0]].type.range, graph.steps);
        widestMembrane = Math.max(widestMembrane, bits);
        if (bits > membraneBits) report(membraneTooWide(node.name, bits, membraneBits));
      }
    }
    for (const node of graph.nodes) {
      if (!is(node, mixSteps)) continue;
      const { range } = graph.nodes[node.inputs[0]].type, { weight } = node.params, bits = mixedBits(node, graph), kept = keepsInputs(weight, graph.steps) ? signedBits(...range) : 0;
      widestMembrane = Math.max(widestMembrane, kept);
      if (bits > mixBits) report(sumTooWide(node.name, bits, mixBits));
      if (kept > membraneBits) report(membraneTooWide(node.name, kept, membraneBits));
    }
    note(`widest sum ${widestSum} bits, widest stored membrane ${widestMembrane} bits`);
    return graph;
  },
};

/** Bits that hold every sum of weighed steps. */
export const mixedBits = ({ inputs, params: { weight } }: NodeOf<typeof mixSteps>, { nodes, steps }: Graph): number => signedBits(...mixBounds(nodes[inputs[0]].type, weight, steps));

/** Bits that hold every potential a neuron of an integer graph stores. */
export function potentialBits({ inputs, attrs, params: { threshold } }: NodeOf<typeof lif>, { nodes, steps }: Graph): number {
  const unit = 2 ** (attrs.fractionBits ?? 0), [low, high] = nodes[inputs[0]].type.range;
  return signedBits(...membraneBounds([low * unit, high * unit], attrs.keep, threshold.data, attrs, steps));
}
