// fold-input: pixel scaling and input normalisation into the first convolution, borders included.
import { keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { Node, Tensor } from '../ir/types.ts';
import { affine, conv, ops, repeat } from '../ops/index.ts';
import { perChannel } from '../ops/affine.ts';
import type { ConvAttrs } from '../ops/conv.ts';
import { tapTable } from '../ops/slide.ts';
import type { Pass } from './pass.ts';
import { modelLevel } from './pass.ts';

/**
 * W' = W * scale per input channel; the shift adds sum(W * shift) to the bias in the interior. Zero padding stands for pixel -shift/scale, so a position whose window hangs over
 * the edge misses some of that sum: the difference is its border correction, per position. Source: operators.md theorem 3, input normalisation.
 */
export const foldInput: Pass = {
  name: 'fold-input', doc: 'folds pixel scaling and input normalisation into the convolution that reads it', lossless: 'rounding', leaves: { ...modelLevel, gone: ['norm'] },
  run(graph, _, { note }) {
    let folded = 0;
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      const scaling = is(node, conv) ? scalingBefore(graph.nodes, node) : undefined;
      if (!is(node, conv) || !scaling) return keep(node, inputs, builder, old);
      folded++;
      const below = graph.nodes[node.inputs[0]], repeated = is(below, repeat), repeatedValue = builder.nodes[inputs[0]];
      // The affine node has been kept in the new graph; read what it reads, repeated again where it was.
      const raw = repeated ? builder.add(repeat, repeatedValue.name, [builder.nodes[repeatedValue.inputs[0]].inputs[0]], {}) : repeatedValue.inputs[0];
      return builder.add(conv, node.name, [raw], node.attrs, foldedParams(node, scaling), node.loc);
    });
    note(`${folded} convolutions read raw pixels`);
    return result;
  },
};

function scalingBefore(nodes: readonly Node[], node: Node): Node | undefined {
  const below = nodes[node.inputs[0]], source = is(below, repeat) ? nodes[below.inputs[0]] : below;
  return is(source, affine) ? source : undefined;
}

function foldedParams(node: Node<'conv', ConvAttrs>, scaling: Node): Record<string, Tensor> {
  const { weight, bias } = node.params, [rows, width] = weight.shape, taps = node.attrs.window[0] * node.attrs.window[1], channels = rows / taps, run = channels / (node.attrs.groups ?? 1), columns = node.type.channels;
  const scale = perChannel(scaling.params.scale.data, channels), shift = scaling.params.shift ? perChannel(scaling.params.shift.data, channels) : new Float64Array(channels);
  const scaled = { shape: weight.shape, data: weight.data.map((w, i) => w * scale[Math.floor(i / width) % channels]) };
  if (shift.every((s) => s === 0)) return { weight: scaled, ...(bias ? { bias } : {}) };
  // What each tap adds to each column when it lies on the map.
  const share = new Float64Array(taps * columns);
  for (let row = 0; row < rows; row++) {
    const to = Math.floor(row / channels) * columns + Math.floor((row % channels) / run) * width;
    for (let o = 0; o < width; o++) share[to + o] += weight.data[row * width + o] * shift[row % channels];
  }
  const inside = Float64Array.from({ length: columns }, (_, o) => { let sum = bias ? bias.data[o] : 0; for (let tap = 0; tap < taps; tap++) sum += share[tap * columns + o]; return sum; });
  const table = tapTable(scaling.type.grid, node.type.grid, node.attrs), positions = table.length / taps, border = new Float64Array(positions * columns);
  for (let at = 0; at < table.length; at++) if (table[at] < 0) for (let o = 0; o < columns; o++) border[Math.floor(at / taps) * columns + o] -= share[(at % taps) * columns + o];
  return { weight: scaled, bias: { shape: [columns], data: inside }, ...(border.some((b) => b !== 0) ? { border: { shape: [positions, columns], data: border } } : {}) };
}
