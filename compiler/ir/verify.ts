// The graph's own laws, checked after every pass against what that pass leaves.
import type { Form, OpTable } from './define-op.ts';
import type { Domain, Graph, Node } from './types.ts';
import { sameType } from './types.ts';
import { checkNode } from './check-node.ts';
import { allWhole, extremes } from './numbers.ts';

/** What may stand in a graph at one level of the road: no operator of a form that is not named. `gone`: kinds no longer legal. */
export type Spec = Readonly<{ level: string; allows: Readonly<Partial<Record<Form, readonly Domain[]>>>; gone: readonly string[] }>;
/** One broken law: the node it sits on and a sentence. */
export type Breach = Readonly<{ node: string; message: string }>;

/**
 * Laws: names are unique; inputs stand before their readers; every node fits its declaration and carries the type that its operator infers; forms and domains are those
 * of the spec; integer nodes hold integers only, weights within a signed byte, thresholds >= 1, finite ranges; outputs and probes name values that exist, each by its own name,
 * and a probe's places name every channel of its value once.
 */
export function verifyGraph(graph: Graph, ops: OpTable, spec: Spec): readonly Breach[] {
  const breaches: Breach[] = [], names = new Set<string>();
  graph.nodes.forEach((node, id) => {
    const say = (message: string) => breaches.push({ node: node.name, message });
    if (names.has(node.name)) say('two nodes have this name');
    names.add(node.name);
    const def = Object.hasOwn(ops, node.kind) ? ops[node.kind] : undefined;
    if (!def) return void say(`no operator is called ${node.kind}`);
    if (node.inputs.some((input) => !(input >= 0 && input < id))) return void say('reads a value that does not stand before it');
    const type = checkNode(def, node.inputs.map((input) => graph.nodes[input].type), node.attrs, node.params, graph.steps);
    if (typeof type === 'string') return void say(type);
    if (!sameType(type, node.type)) say('carries another type than its operator infers');
    if (!spec.allows[def.form]?.includes(node.type.domain)) say(`a ${node.type.domain} ${def.form} operator may not stand at level ${spec.level}`);
    if (spec.gone.includes(node.kind)) say(`${node.kind} is gone at level ${spec.level}`);
    if (node.type.domain === 'integer') breaches.push(...integerBreaches(node, def.form));
  });
  for (const { name, value, places } of graph.probes) {
    const wrong = places && graph.nodes[value] && placesWrong(places, graph.nodes[value].type.channels);
    if (wrong !== undefined) breaches.push({ node: name, message: wrong });
  }
  for (const [what, points] of [['output', graph.outputs], ['probe', graph.probes]] as const) {
    const taken = new Set<string>();
    for (const { name, value } of points) {
      if (!(value >= 0 && value < graph.nodes.length)) breaches.push({ node: name, message: 'names no value' });
      if (taken.has(name)) breaches.push({ node: name, message: `two ${what}s have this name` });
      taken.add(name);
    }
  }
  return breaches;
}

/** Every channel of a recorded value stands for one published channel; places below -1 name a value that is always there. */
export function placesWrong(places: readonly number[], channels: number): string | undefined {
  const held = places.filter((place) => place >= 0);
  return places.every((place) => Number.isSafeInteger(place) && place < channels && place >= -2 - 2 ** 16) && held.length === channels && new Set(held).size === channels ? undefined
    : `its places must name each of ${channels} channels once, and -1 or -2 - value for the rest`;
}

function integerBreaches(node: Node, form: Form): readonly Breach[] {
  const breaches: Breach[] = [];
  // The constants of a host function are real numbers.
  for (const [name, tensor] of form === 'host' ? [] : Object.entries(node.params)) {
    if (name === 'scale' || name === 'rows' || name === 'offset' || name === 'most') continue;  // what one unit is worth, and what the host does with results: the only real numbers an integer node carries
    const [least, greatest] = extremes(tensor.data);
    if (!allWhole(tensor.data)) breaches.push({ node: node.name, message: `parameter "${name}" of an integer node holds fractions` });
    if (name === 'weight' && (greatest > 127 || least < -128)) breaches.push({ node: node.name, message: 'a weight does not fit a signed byte' });
    if (name === 'threshold' && least < 1) breaches.push({ node: node.name, message: 'a threshold is below 1' });
  }
  if (!node.type.range.every(Number.isSafeInteger)) breaches.push({ node: node.name, message: `its range [${node.type.range.join(', ')}] is not proved` });
  return breaches;
}
