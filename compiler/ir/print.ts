// Graph -> text form, the one that compiler/text reads back: parse(print(g)) = g when constants are written in full.
import type { Graph, Node, Tensor, ValueType } from './types.ts';

/** A constant that stands in a checkpoint: how it is stored, and its key. group: what gives all constants of its node at once. */
export type NamedConstant = Readonly<{ form: string; key: string; group?: Readonly<{ form: string; key: string }> }>;
/** whole: constants as base64 float64; listed: as numbers in full; both can be read again. short: shapes and ranges only. named: by key where they have one, for people to change: without types, which would follow a change. */
export type PrintOptions = Readonly<{ constants: 'whole' | 'listed' | 'short' } | { constants: 'named'; named: ReadonlyMap<Tensor, NamedConstant>; classes: readonly string[]; encode?: string }>;

/** Longer constants without a key are base64. */
const mostListed = 64;

/** Text of a graph; deterministic. Grammar: `compiler/text/grammar.md`. */
export function printGraph(graph: Graph, options: PrintOptions): string {
  const lines = options.constants === 'named' ? printSettings(options) : [];
  lines.push(...graph.nodes.map((node) => `  ${printNode(graph, node, options)};`));
  for (const { name, value } of graph.outputs) lines.push(`  output ${quoted(name)} = ${reference(graph.nodes[value].name)};`);
  for (const { name, value, axes, places } of graph.probes) lines.push(`  probe ${quoted(name)} = ${reference(graph.nodes[value].name)} axes ${quoted(axes)}${places ? ` in [${places.join(', ')}]` : ''};`);
  return `graph ${quoted(graph.name)} steps ${graph.steps} {\n${lines.join('\n')}\n}\n`;
}

function printNode(graph: Graph, node: Node, options: PrintOptions): string {
  const attrs = Object.entries(node.attrs).map(([name, value]) => `${name} = ${printAttr(value)}`).join(', ');
  const type = options.constants === 'named' ? '' : ` : ${printType(node.type)}`;
  return `${reference(node.name)} = ${node.kind}(${node.inputs.map((input) => reference(graph.nodes[input].name)).join(', ')})${attrs && ` {${attrs}}`}${printParams(node.params, options)}${type}`;
}

const printSettings = ({ classes, encode }: Extract<PrintOptions, { constants: 'named' }>): string[] =>
  [...(classes.length > 0 ? [`  classes ${classes.map(quoted).join(', ')};`] : []), ...(encode === undefined ? [] : [`  encode ${encode};`])];

function printParams(params: Node['params'], options: PrintOptions): string {
  const entries = Object.entries(params);
  if (options.constants !== 'named') return entries.map(([name, tensor]) => ` ${name} = ${printTensor(tensor, options.constants)}`).join('');
  const [group, ...others] = new Set(entries.map(([, tensor]) => { const of = options.named.get(tensor)?.group; return of && `${of.form}(${quoted(of.key)})`; }));
  if (group !== undefined && others.length === 0) return ` ${group}`;
  return entries.map(([name, tensor]) => {
    const found = options.named.get(tensor);
    return ` ${name} = ${found ? `${found.form}(${quoted(found.key)})` : printTensor(tensor, tensor.data.length <= mostListed ? 'listed' : 'whole')}`;
  }).join('');
}

const printAttr = (value: unknown): string => (Array.isArray(value) ? value.join('x') : typeof value === 'number' ? printNumber(value) : String(value));
/** Shortest text that reads back to the same number. */
export const printNumber = (value: number): string => (value === Infinity ? 'inf' : value === -Infinity ? '-inf' : Object.is(value, -0) ? '-0' : String(value));

export const printType = (type: ValueType): string =>
  `${type.domain} ${type.kind} ${type.grid[0]}x${type.grid[1]}x${type.channels} ${type.time} [${type.range.map(printNumber).join(', ')}]`;

function printTensor(tensor: Tensor, constants: 'whole' | 'listed' | 'short'): string {
  const shape = `[${tensor.shape.join(', ')}]`;
  if (constants === 'whole') return `${shape} "${Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength).toString('base64')}"`;
  if (constants === 'listed') return `${shape} (${Array.from(tensor.data, printNumber).join(', ')})`;
  let low = Infinity, high = -Infinity;
  for (const value of tensor.data) { if (value < low) low = value; if (value > high) high = value; }
  return `${shape} in [${printNumber(low)}, ${printNumber(high)}]`;
}

/** A name as it stands in text: bare where it is a word of letters, digits, dots and underscores, quoted otherwise. */
export const reference = (name: string): string => (/^[A-Za-z_][\w.]*$/.test(name) && !reserved.has(name) ? name : quoted(name));
const reserved = new Set(['graph', 'steps', 'output', 'probe', 'axes', 'inf', 'in', 'fill']);
const quoted = (name: string): string => JSON.stringify(name);
