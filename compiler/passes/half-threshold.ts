// half-threshold: the neuron with threshold at most 1 on a count of spikes is an OR, and keeps no state.
import { keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import { lif, ops, orHeads, orTokens, sumHeads, sumTokens } from '../ops/index.ts';
import type { Pass } from './pass.ts';
import { foldedLevel } from './pass.ts';

/** s = [n >= 1] and the potential is 0 after every step: a count of 1 fires and resets, a count of 0 adds nothing. Source: operators.md theorem 5. */
export const halfThreshold: Pass = {
  name: 'half-threshold', doc: 'turns the half-threshold neuron on a count of spikes over tokens, or over the channels of a head, into an OR', lossless: 'exact', leaves: foldedLevel,
  run(graph, _, { note }) {
    const turned: string[] = [];
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      const below = node.inputs.length === 1 ? graph.nodes[node.inputs[0]] : undefined;
      const counts = below && (is(below, sumTokens) || is(below, sumHeads)) && graph.nodes[below.inputs[0]].type.kind === 'spike';
      const boolean = is(node, lif) && !node.attrs.membrane && counts && node.attrs.reset === 'zero' && node.attrs.fires === 'at-least' && node.params.threshold.data.every((t) => t > 0 && t <= 1);
      if (!boolean) return keep(node, inputs, builder, old);
      turned.push(node.name);
      const counted = builder.nodes[inputs[0]].inputs[0];
      return is(below, sumHeads) ? builder.add(orHeads, node.name, [counted], { heads: below.attrs.heads }, {}, node.loc) : builder.add(orTokens, node.name, [counted], {}, {}, node.loc);
    });
    note(turned.length ? `boolean attention: ${turned.join(', ')}` : 'nothing to rewrite');
    return result;
  },
};
