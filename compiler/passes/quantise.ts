// quantise: real -> integer. Weights become codes, biases and thresholds whole units of their channel's scale.
import type { Fault } from '../../targets/contract/fault.ts';
import { keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { Graph, Node, Tensor } from '../ir/types.ts';
import { conv, lif, ops, readout, source } from '../ops/index.ts';
import { perChannel } from '../ops/affine.ts';
import { termsOf } from '../ops/readout.ts';
import { bitsOutOfRange, leakNotExact, parameterBeyondReach } from './faults.ts';
import type { Pass, PassContext, PassOptions } from './pass.ts';
import { integerLevel } from './pass.ts';
import type { ScaleGroup } from './scale-groups.ts';
import { scaleGroups } from './scale-groups.ts';
import { chooseScale } from './choose-scale.ts';

/** w_q = round(W / s), b_q = round(b / s), theta = round(threshold / s) per output channel. Source: operators.md theorem 3. */
export const quantise: Pass = {
  name: 'quantise', doc: 'weights to signed codes, biases and thresholds to whole units, one scale per output channel (shared along a stream of currents)', lossless: 'lossy',
    leaves: integerLevel,
  run(graph, options, context) {
    if (!Number.isInteger(options.bits) || options.bits < 2 || options.bits > 8) { context.report(bitsOutOfRange(options.bits)); return graph; }
    const { groupOf, groups } = scaleGroups(graph), scales = groups.map((group) => groupScales(group, options, context));
    const countThresholds = graph.nodes.filter((node) => is(node, lif) && !groupOf.has(node.inputs[0]) && !node.params.threshold.data.every(Number.isInteger));
    if (countThresholds.length) context.note(`thresholds on counts rounded to whole numbers: ${countThresholds.map(({ name }) => name).join(', ')}`);
    const refusals = graph.nodes.flatMap((node, id) => reachFaults(node, graph, scales[groupOf.get(is(node, conv) ? id : node.inputs[0] ?? -1) ?? -1]));
    refusals.forEach(context.report);
    if (refusals.length) return graph;  // integers refuse to be built of what does not fit them
    return rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      if (is(node, source)) return builder.add(source, node.name, inputs, { ...node.attrs, domain: 'integer' }, {}, node.loc);
      if (is(node, conv)) return builder.add(conv, node.name, inputs, node.attrs, integerParams(node.params, scales[groupOf.get(old)!], 2 ** (options.bits - 1) - 1), node.loc);
      if (is(node, lif)) {
        const group = groupOf.get(node.inputs[0]), threshold = perChannel(node.params.threshold.data, node.type.channels);
        const units = group === undefined ? threshold : threshold.map((t, c) => t / scales[group][c]);
        return builder.add(lif, node.name, inputs, node.attrs, { threshold: { shape: [node.type.channels], data: units.map((t) => Math.max(1, Math.round(t))) } }, node.loc);
      }
      if (is(node, readout)) {
        const [scale] = scales[groupOf.get(node.inputs[0])!], terms = termsOf(graph.nodes[node.inputs[0]].type, graph.steps), { bias } = node.params;
        return builder.add(readout, node.name, inputs, { scale }, bias ? { bias: { shape: bias.shape, data: bias.data.map((b) => plain(Math.round((b * terms) / scale))) } } : {},
          node.loc);
      }
      return keep(node, inputs, builder, old);
    });
  },
};

/** Scale of each channel of a group; a head takes one for all. Says what was lossless and what was not. */
function groupScales(group: ScaleGroup, { scale: rule, bits }: PassOptions, { note }: PassContext): Float64Array {
  const codes = 2 ** (bits - 1) - 1, join = (columns: readonly Float64Array[]) => Float64Array.from(columns.flatMap((column) => [...column]));
  const chosen = group.whole ? Array(group.channels).fill(chooseScale(join(group.weights), join(group.terms), rule, codes, group.reach.reduce((a, b) => Math.max(a, b), 0)))
    : group.weights.map((weights, c) => chooseScale(weights, group.terms[c], rule, codes, group.reach[c]));
  const lossless = chosen.filter((one) => one.lossless).length, limited = chosen.filter((one) => one.limited).length,
    who = group.writers.join(' + ') || 'a current without weights';
  const lossy = group.channels - lossless;
  note(`${who}: ${lossy === 0 ? 'lossless' : lossless === 0 ? `${rule} scale` : `${rule} scale on ${lossy} of ${group.channels} channels, the others lossless`}`
    + (limited ? `; ${limited} channels with vanishing weights take the finest unit their constants allow` : ''));
  return Float64Array.from(chosen, ({ scale }) => scale);
}

const plain = (value: number): number => value + 0;  // no negative zero

function integerParams(params: Readonly<Record<string, Tensor>>, scales: Float64Array, codes: number): Record<string, Tensor> {
  const columns = scales.length, units = (tensor: Tensor, most = Infinity): Tensor => {
    const data = new Float64Array(tensor.data.length);
    for (let at = 0; at < data.length;) for (let c = 0; c < columns; c++, at++) data[at] = plain(Math.max(-most, Math.min(most, Math.round(tensor.data[at] / scales[c]))));
    return { shape: tensor.shape, data };
  };
  return { weight: units(params.weight, codes), ...(params.bias ? { bias: units(params.bias) } : {}),
    ...(params.border ? { border: units(params.border) } : {}), scale: { shape: [columns], data: scales } };
}

/** A leak that is not 1/m, and constants that no integer of the chip holds, are refused here, with the node's name. */
function reachFaults(node: Node, graph: Graph, scales: Float64Array | undefined): Fault[] {
  if (!is(node, conv) && !is(node, lif) && !is(node, readout)) return [];
  const terms = is(node, readout) ? termsOf(graph.nodes[node.inputs[0]].type, graph.steps) : 1;
  const beyond = Object.entries(node.params).filter(([, { data }]) => data.some((v, i) => !(Math.abs((v * terms) / (scales?.[i % scales.length] ?? 1)) < 2 ** 31)));
  return [...(is(node, lif) && node.attrs.keep[0] > 1 ? [leakNotExact(node.name, node.attrs.keep.join('/'))] : []),
    ...beyond.map(([name]) => parameterBeyondReach(node.name, name))];
}
