// Exact execution of a graph in its own domain: the living definition of what a program means.
import type { Memory, OpTable } from '../ir/define-op.ts';
import type { Graph, Node, Tensor, ValueId } from '../ir/types.ts';
import { shapeOf } from '../ir/types.ts';

/** values [nodes]: every value of one sample. */
export type Evaluation = Readonly<{ values: readonly Tensor[]; outputs: ReadonlyMap<string, Tensor> }>;

/**
 * Evaluates one sample, state cleared before it.
 * @param inputs per source node its values, [positions, channels] or [steps, positions, channels], 0..255
 * @param memory what nodes that learn keep over the samples of a run, changed in place; without it every sample is the first
 * Fails: never on a verified graph; a source without input is our own mistake and throws.
 */
export function evaluate(graph: Graph, ops: OpTable, inputs: ReadonlyMap<string, ArrayLike<number>>, memory?: Memory): Evaluation {
  const values: Tensor[] = [];
  for (const node of graph.nodes) values.push(evaluateNode(node, graph, ops, values, inputs, memory));
  return { values, outputs: new Map(graph.outputs.map(({ name, value }) => [name, values[value]])) };
}

/** One node of a graph in its own domain. @param values of the nodes it reads, at their ids */
export function evaluateNode(node: Node, { nodes, steps }: Pick<Graph, 'nodes' | 'steps'>, ops: OpTable, values: readonly Tensor[], inputs: ReadonlyMap<string, ArrayLike<number>>, memory?: Memory): Tensor {
  if (node.inputs.length === 0) {
    const given = inputs.get(node.name);
    if (!given) throw new Error(`no input for source "${node.name}"`);
    return { shape: shapeOf(node.type, steps), data: Float64Array.from(given) };
  }
  const run = ops[node.kind].evaluate[node.type.domain];
  if (!run) throw new Error(`${node.kind} has no ${node.type.domain} evaluation`);
  return run(node.inputs.map((input) => values[input]), node, { steps, types: node.inputs.map((input) => nodes[input].type), memory });
}

/** Synaptic operations of each node on one evaluated sample. */
export function countSops(graph: Graph, ops: OpTable, { values }: Evaluation): ReadonlyMap<ValueId, number> {
  return new Map(graph.nodes.flatMap((node, id) => {
    const rule = ops[node.kind].sops;
    return rule ? [[id, rule(node.inputs.map((input) => values[input]), node, { steps: graph.steps, types: node.inputs.map((input) => graph.nodes[input].type) })] as const] : [];
  }));
}
