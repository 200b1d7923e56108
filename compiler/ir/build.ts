// Building graphs: a builder that infers types as nodes arrive, and the one way to make a graph out of another.
import type { Form, OpDef, OpTable } from './define-op.ts';
import type { Graph, Location, Node, ProbePoint, Tensor, ValueId, ValueType } from './types.ts';
import { inferNode } from './check-node.ts';

/** Adds nodes in topological order. A node that its operator refuses is our own mistake (frontends check user input first) and throws. */
export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly outputs: { name: string; value: ValueId }[] = [];
  readonly probes: ProbePoint[] = [];
  readonly name: string;
  readonly steps: number;
  readonly #ops: OpTable;
  readonly #names = new Map<string, ValueId>();

  constructor(name: string, steps: number, ops: OpTable) { this.name = name; this.steps = steps; this.#ops = ops; }

  /** Adds a node and returns the id of its value. A name that is taken gets a number. */
  add<K extends string, A extends object, F extends Form>(def: OpDef<K, A, F>, name: string, inputs: readonly ValueId[], attrs: A, params: Readonly<Record<string, Tensor>> = {}, loc?: Location): ValueId {
    return this.addKind(def.kind, name, inputs, attrs, params, loc);
  }

  addKind(kind: string, name: string, inputs: readonly ValueId[], attrs: object, params: Readonly<Record<string, Tensor>>, loc?: Location): ValueId {
    const types = inputs.map((input) => this.typeOf(input));
    const def = Object.hasOwn(this.#ops, kind) ? this.#ops[kind] : undefined;
    const type = def === undefined ? `no operator is called ${kind}` : inferNode(def, types, attrs, params, this.steps);
    if (typeof type === 'string') throw new Error(`${kind} "${name}": ${type}`);
    const node: Node = { name: this.#free(name), kind, attrs, inputs, params, type, ...(loc ? { loc } : {}) };
    this.#names.set(node.name, this.nodes.length);
    return this.nodes.push(node) - 1;
  }

  typeOf(value: ValueId): ValueType { return this.nodes[value].type; }
  output(name: string, value: ValueId): void { this.outputs.push({ name, value }); }
  probe(name: string, value: ValueId, axes: string, places?: readonly number[]): void { this.probes.push({ name, value, axes, ...(places ? { places } : {}) }); }
  graph(): Graph { return { name: this.name, steps: this.steps, nodes: this.nodes, outputs: this.outputs, probes: this.probes }; }

  #free(name: string): string {
    if (!this.#names.has(name)) return name;
    for (let n = 1; ; n++) if (!this.#names.has(`${name}.${n}`)) return `${name}.${n}`;
  }
}

/** What a rewrite does with one node: the value that stands for it in the new graph. `inputs` are values of the new graph. */
export type Rewrite = (node: Node, inputs: readonly ValueId[], builder: GraphBuilder, old: ValueId) => ValueId;

/** The same node on new inputs. */
export const keep: Rewrite = (node, inputs, builder) => builder.addKind(node.kind, node.name, inputs, node.attrs, node.params, node.loc);

/** A graph made node by node from another; probes and outputs follow their values, nodes that none of them needs any more are dropped. */
export function rewriteGraph(graph: Graph, ops: OpTable, rewrite: Rewrite): Graph {
  const builder = new GraphBuilder(graph.name, graph.steps, ops);
  const moved: ValueId[] = [];
  graph.nodes.forEach((node, old) => moved.push(rewrite(node, node.inputs.map((input) => moved[input]), builder, old)));
  graph.outputs.forEach(({ name, value }) => builder.output(name, moved[value]));
  graph.probes.forEach(({ name, value, axes, places }) => builder.probe(name, moved[value], axes, places));
  return dropDead(builder.graph());
}

/** Readers of every value, outputs not counted. */
export function consumersOf(graph: Graph): readonly (readonly ValueId[])[] {
  const consumers: ValueId[][] = graph.nodes.map(() => []);
  graph.nodes.forEach((node, id) => { for (const input of new Set(node.inputs)) consumers[input].push(id); });
  return consumers;
}

function dropDead(graph: Graph): Graph {
  // A published layer runs even where nothing reads it (a last neuron behind scores that are currents): what a run may record is part of the network.
  const live = new Set([...graph.outputs, ...graph.probes].map(({ value }) => value));
  for (let id = graph.nodes.length - 1; id >= 0; id--) if (live.has(id)) for (const input of graph.nodes[id].inputs) live.add(input);
  const kept = graph.nodes.flatMap((_, id) => (live.has(id) ? [id] : [])), place = new Map(kept.map((id, index) => [id, index]));
  return { ...graph,
    nodes: kept.map((id) => ({ ...graph.nodes[id], inputs: graph.nodes[id].inputs.map((input) => place.get(input)!) })),
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: place.get(value)! })),
    probes: graph.probes.map((probe) => ({ ...probe, value: place.get(probe.value)! })) };
}
