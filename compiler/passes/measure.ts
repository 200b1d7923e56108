// What a network takes, told from its graph: the same figures before and after a pass are what the pass saves.
import type { Figure, Saving } from '../../targets/contract/savings.ts';
import { figureNames } from '../../targets/contract/savings.ts';
import { assumedRate } from '../../targets/contract/work.ts';
import type { NodeOf } from '../ir/define-op.ts';
import { is } from '../ir/define-op.ts';
import type { Graph, ValueId } from '../ir/types.ts';
import { elementsOf, positionsOf } from '../ir/types.ts';
import { affine, conv, repeat, source, ssa } from '../ops/index.ts';
import { costOf } from './attention-cost.ts';
import { validMacs } from '../ops/conv.ts';
import { neuronOf } from './neurons/neuron-of.ts';

/** Sides of a crossbar. */
export type Crossbar = Readonly<{ axons: number; neurons: number }>;

export type Figures = Readonly<Record<Figure, number>>;

/**
 * crossbars: rows / axons x columns / neurons, each rounded up, layer by layer: the folded mapping, before memories cut contexts as well. SOPs: a tenth of all spikes that could be.
 * Source: mapping.md sections 2 and 9; targets/contract/work.ts for the rate.
 */
export function measure(graph: Graph, crossbar: Crossbar): Figures {
  const sums = { neurons: 0, rows: 0, columns: 0, crossbars: 0, updates: 0, sops: 0, macs: 0, counterWords: 0 };
  for (const node of graph.nodes) {
    if (neuronOf(node)?.counted) {
      sums.neurons += elementsOf({ ...node.type, time: 'once' }, 1);
      sums.updates += elementsOf(node.type, graph.steps);
    } else if (is(node, ssa)) {
      const { sops, words } = costOf(node, graph, node.attrs.executed ?? 'kv');
      sums.sops += sops;
      sums.counterWords += words;
    } else if (is(node, conv)) {
      const { type } = graph.nodes[unscaled(node.inputs[0], graph.nodes)], times = graph.nodes[node.inputs[0]].type.time === 'once' ? 1 : graph.steps, all = validMacs(type, node) * times, isMultiplied = type.kind === 'current' || (type.kind === 'pixel' && isStill(node.inputs[0], graph.nodes));
      sums.rows += node.params.weight.shape[0];
      sums.columns += node.type.channels;
      sums.crossbars += crossbarsOf(node, crossbar);
      if (isMultiplied) sums.macs += all; else sums.sops += all * assumedRate;
    }
  }
  return sums;
}

/** Figures that fell. */
export const savings = (before: Figures, after: Figures): readonly Saving[] => figureNames.flatMap((what) => (after[what] < before[what] ? [{ what, before: before[what], after: after[what] }] : []));

/** What a layer reads but for scales, which fold: they make no operand of many bits. */
const unscaled = (value: ValueId, nodes: Graph['nodes']): ValueId => (is(nodes[value], affine) || is(nodes[value], repeat) ? unscaled(nodes[value].inputs[0], nodes) : value);

/** Whether pixels are those of an image, and no frames. */
const isStill = (value: ValueId, nodes: Graph['nodes']): boolean => { const node = nodes[value]; return is(node, source) ? node.attrs.coding === 'direct' : node.inputs.length > 0 && isStill(node.inputs[0], nodes); };

/** Groups share a crossbar while whole ones fit. */
export function crossbarsOf({ attrs: { groups = 1 }, params: { weight }, type: { channels } }: NodeOf<typeof conv>, { axons, neurons }: Crossbar): number {
  const rows = weight.shape[0] / groups, columns = channels / groups, together = groups > 1 ? Math.min(Math.floor(axons / rows), Math.floor(neurons / columns)) : 0;
  return together >= 1 ? Math.ceil(groups / together) : groups * Math.ceil(rows / axons) * Math.ceil(columns / neurons);
}
