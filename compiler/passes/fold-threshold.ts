// fold-threshold: a positive scale between a sum and its neuron becomes part of the threshold.
import { keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import { affine, lif, ops } from '../ops/index.ts';
import { perChannel } from '../ops/affine.ts';
import { affineUnfoldable } from './faults.ts';
import type { Pass } from './pass.ts';
import { foldedLevel } from './pass.ts';

/** [scale * n >= threshold] = [n >= threshold / scale], at every step of the membrane alike. Source: operators.md theorem 4 and section 4 (head lif). */
export const foldThreshold: Pass = {
  name: 'fold-threshold', doc: 'folds the attention scale and means over tokens into the thresholds behind them', lossless: 'rounding', leaves: foldedLevel,
  run(graph, _, { report, note }) {
    let folded = 0;
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      const below = node.inputs.length === 1 ? graph.nodes[node.inputs[0]] : undefined;
      if (is(node, lif) && below && is(below, affine)) {
        const { channels } = node.type, scale = perChannel(below.params.scale.data, channels), threshold = perChannel(node.params.threshold.data, channels);
        const wrong = below.params.shift?.data.some((s) => s !== 0) ? 'it also shifts' : scale.some((s) => !(s > 0)) ? 'its scale is not positive' : undefined;
        if (wrong === undefined) {
          folded++;
          return builder.add(lif, node.name, [builder.nodes[inputs[0]].inputs[0]], node.attrs, { threshold: { shape: [channels], data: threshold.map((t, c) => t / scale[c]) } }, node.loc);
        }
        report(affineUnfoldable(below.name, wrong));
      }
      return keep(node, inputs, builder, old);
    });
    for (const node of result.nodes) if (is(node, affine)) report(affineUnfoldable(node.name, 'nothing behind it takes a scale'));
    note(`${folded} scales folded into thresholds`);
    return result;
  },
};
