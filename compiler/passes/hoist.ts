// hoist: the convolution of an image that repeats every step is done once.
import { keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import { conv, ops, repeat } from '../ops/index.ts';
import type { Pass } from './pass.ts';
import { foldedLevel } from './pass.ts';

/** conv(repeat(x)) = repeat(conv(x)). Source: operators.md theorem 16. */
export const hoist: Pass = {
  name: 'hoist', doc: 'moves the repetition of a static image behind the first convolution', lossless: 'exact', leaves: foldedLevel,
  run(graph, _, { note }) {
    const hoisted: string[] = [];
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      const below = node.inputs.length === 1 ? graph.nodes[node.inputs[0]] : undefined;
      if (!is(node, conv) || !below || !is(below, repeat)) return keep(node, inputs, builder, old);
      hoisted.push(node.name);
      const once = builder.add(conv, node.name, [builder.nodes[inputs[0]].inputs[0]], node.attrs, node.params, node.loc);
      return builder.add(repeat, `${node.name}.again`, [once], {});
    });
    note(hoisted.length ? `once per sample: ${hoisted.join(', ')}` : 'no static image');
    return result;
  },
};
