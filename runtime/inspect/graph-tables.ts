// The table of a model's graph.
import type { Graph } from '../../compiler/ir/types.ts';
import { printNumber } from '../../compiler/ir/print.ts';
import type { Table } from '../console/table.ts';
import type { LoadedModel } from '../load-model.ts';

export const graphHead = (model: LoadedModel): Readonly<Record<string, string | number>> => ({ model: model.name, family: model.family, sha256: model.sha256, steps: model.graph.steps, parameters: model.parameters,
  classes: model.classes.join(', ') || '-', 'keys used': model.keys.used.length, 'keys ignored': model.keys.ignored.length });

export const graphTable = (graph: Graph): Table => ({ title: 'graph', columns: ['node', 'operator', 'inputs', 'kind', 'grid', 'channels', 'time', 'range'], rows: graph.nodes.map((node) =>
  [node.name, node.kind, node.inputs.map((input) => graph.nodes[input].name).join(' '), node.type.kind, node.type.grid.join('x'), node.type.channels, node.type.time, `[${node.type.range.map(printNumber).join(', ')}]`]) });
