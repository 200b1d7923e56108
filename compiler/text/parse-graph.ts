// Text form -> graph: the inverse of compiler/ir/print.ts.
import type { IToken } from 'chevrotain';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import type { NamedConstant } from '../ir/print.ts';
import type { Graph, ProbePoint, Tensor } from '../ir/types.ts';
import { checkNetwork } from './check-network.ts';
import { graphNotClosed, headerWrong, keysUnread, moreFaults, nameTaken, placesMismatch, statementNotEnded, stepsOutOfRange, syntax, textAfterGraph, textNotClosed, textTooLong, unknownCharacters } from './faults.ts';
import type { PointText, SettingText, StatementText, SyntaxMistake } from './grammar.ts';
import { isName, parseHeader, parseStatement } from './grammar.ts';
import { placesWrong } from '../ir/verify.ts';
import { limits } from './limits.ts';
import { readNode, readReference } from './read-node.ts';
import type { Reading, Stored } from './reading.ts';
import type { Settings } from './settings.ts';
import { readSettings } from './settings.ts';
import { textOf } from './reading.ts';
import type { Source } from './source.ts';
import { sourceOf } from './source.ts';
import { splitStatements } from './split.ts';
import { charactersOutsideTexts, Equals, OpenText, tokenize } from './tokens.ts';
import type { Stray } from './tokens.ts';

/**
 * Reads a graph in text form (`compiler/text/grammar.md`); nodes carry their place in `loc`. parse(print(g)) = g but for `loc` when constants are printed whole.
 * Untrusted: sizes are capped before anything is allocated.
 * Faults: C5001 to C5033, several per run, each with line, column and an excerpt with caret.
 */
export function parseGraph(text: string, file: string): Outcome<Graph> {
  const read = parse(text, file, undefined);
  return read.ok ? succeed(read.value.graph) : read;
}

/** A network in text form. named: its constants that stand in the checkpoint. used, unread: keys of the checkpoint that it names, and that it does not. */
export type Network<E extends string> = Settings<E> & Readonly<{ graph: Graph; named: ReadonlyMap<Tensor, NamedConstant>; used: readonly string[]; unread: readonly string[] }>;

/** stored: tensors of the checkpoint that keys mean; absent: none. encoders: what may stand behind `encode`. */
export type NetworkOptions<E extends string> = Readonly<{ stored?: Stored | undefined; encoders: readonly E[] }>;

/**
 * Reads a network that runs by itself: a real graph with one source and one result, what is not in its nodes (classes, encoder), and constants by key.
 * Faults: those of `parseGraph`, C5034 to C5041; warning C5042 keys that it names nowhere.
 */
export function parseNetwork<const E extends string>(text: string, file: string, { stored, encoders }: NetworkOptions<E>): Outcome<Network<E>> {
  const read = parse(text, file, stored);
  if (!read.ok) return read;
  const { source, graph, settings, used, named } = read.value, faults: Fault[] = [], checked = readSettings(settings, graph, encoders, source, (fault) => faults.push(fault));
  checkNetwork(graph, source, (fault) => faults.push(fault));
  if (faults.length > 0) return fail(...faults.sort(byPlace));
  const unread = [...(stored?.keys() ?? [])].filter((key) => !used.has(key) && !key.endsWith('.num_batches_tracked'));
  return succeed({ ...checked, graph, named, used: [...used], unread }, unread.length > 0 ? [keysUnread(source, unread)] : []);
}

function parse(text: string, file: string, stored: Stored | undefined): Outcome<Readonly<{ source: Source; graph: Graph; settings: readonly SettingText[] }> & Readonly<Pick<Reading, 'used' | 'named'>>> {
  const source = sourceOf(file, text), characters = charactersOutsideTexts(text);
  if (characters > limits.characters) return fail(textTooLong(source, characters, limits.characters));
  const faults: Fault[] = [], report = (fault: Fault): void => void (faults.length < limits.faults && faults.push(fault)), settings: SettingText[] = [], taken = { used: new Set<string>(), named: new Map<Tensor, NamedConstant>() };
  const graph = readGraph(source, faults, report, { ...taken, stored, settings });
  return graph && faults.length === 0 ? succeed({ ...taken, source, graph, settings }) : fail(...faults.sort(byPlace));
}

/** The graph without the places of its nodes. */
export const stripLocations = (graph: Graph): Graph => ({ ...graph, nodes: graph.nodes.map(({ loc: _, ...node }) => node) });

function readGraph(source: Source, faults: Fault[], report: (fault: Fault) => void, { settings, ...taken }: Pick<Reading, 'stored' | 'used' | 'named'> & Readonly<{ settings: SettingText[] }>): Graph | undefined {
  const { tokens, strays } = tokenize(source.text), { header, statements, close, after } = splitStatements(tokens);
  strays.slice(0, limits.faults).forEach(({ offset, characters }) => report(unknownCharacters(source, offset, characters)));
  const head = readHeader(header, source, strays, report);
  const reading: Reading = { source, steps: head?.steps ?? 1, nodes: [], ids: new Map(), places: placesOf(statements, source), spoilt: new Set(), budget: { values: 0, named: 0 }, ...taken, report };
  const points: PointText[] = [];
  for (const statement of statements) {
    if (faults.length >= limits.faults) {
      faults.push(moreFaults(source, statement[0].startOffset, limits.faults));
      return undefined;
    }
    const read = readStatement(statement, strays, reading);
    if (!head) continue;  // without the number of steps no type can be checked
    if (read?.as === 'node') readNode(read, reading);
    else if (read?.as === 'setting') settings.push(read);
    else if (read) points.push(read);
    else if (isName(statement[0]) && statement[0].tokenType !== OpenText) reading.spoilt.add(textOf(statement[0], { source, report: () => undefined }) ?? '');
  }
  if (!close && head) report(graphNotClosed(source, source.text.length));
  if (after) report(textAfterGraph(source, after.startOffset));
  const outputs = readPoints(points, 'output', reading), probes = readPoints(points, 'probe', reading);
  return head && { ...head, nodes: reading.nodes, outputs: outputs.map(({ name, value }) => ({ name, value })), probes };
}

function readHeader(tokens: readonly IToken[], source: Source, strays: readonly Stray[], report: (fault: Fault) => void): Pick<Graph, 'name' | 'steps'> | undefined {
  if (unreadable(tokens, strays, source, report)) return undefined;
  const parsed = parseHeader(tokens);
  if ('error' in parsed) return void report(headerWrong(source, placeOfMistake(parsed.error, tokens), parsed.error.message));
  const { steps: token } = parsed.value, steps = Number(token.image), name = textOf(parsed.value.name, { source, report });
  if (!(Number.isSafeInteger(steps) && steps >= 1 && steps <= limits.steps)) return void report(stepsOutOfRange(source, token.startOffset, token.image, limits.steps));
  return name === undefined ? undefined : { name, steps };
}

function readStatement(tokens: readonly IToken[], strays: readonly Stray[], { source, report }: Reading): StatementText | undefined {
  if (unreadable(tokens, strays, source, report)) return undefined;
  const parsed = parseStatement(tokens);
  if ('value' in parsed) return parsed.value;
  const { error } = parsed, at = placeOfMistake(error, tokens);
  report(error.unended ? statementNotEnded(source, at) : syntax(source, at, error.message));
  return undefined;
}

/** Whether the words of a piece are broken already: its grammar is not asked then, so that one mistake is one fault. */
function unreadable(tokens: readonly IToken[], strays: readonly Stray[], source: Source, report: (fault: Fault) => void): boolean {
  const open = tokens.find(({ tokenType }) => tokenType === OpenText);
  if (open) report(textNotClosed(source, open.startOffset));
  const from = tokens[0]?.startOffset ?? 0, to = endOf(tokens);
  return open !== undefined || strays.some(({ offset }) => offset >= from && offset <= to);
}

/** A statement that ends too early is at fault where it ends. */
const placeOfMistake = ({ at }: SyntaxMistake, tokens: readonly IToken[]): number => at?.startOffset ?? endOf(tokens);
const endOf = (tokens: readonly IToken[]): number => (tokens.length ? tokens[tokens.length - 1].startOffset + tokens[tokens.length - 1].image.length : 0);

function placesOf(statements: readonly (readonly IToken[])[], source: Source): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [name, equals] of statements) {
    if (!isName(name) || name.tokenType === OpenText || equals?.tokenType !== Equals) continue;
    const text = textOf(name, { source, report: () => undefined });
    if (text !== undefined && !places.has(text)) places.set(text, name.startOffset);
  }
  return places;
}

/** Outputs and probes are read behind all nodes: they may stand anywhere. */
function readPoints(points: readonly PointText[], as: PointText['as'], reading: Reading): ProbePoint[] {
  const taken = new Map<string, number>();
  return points.filter((point) => point.as === as).flatMap((point) => {
    const at = point.name.startOffset, name = textOf(point.name, reading), value = readReference(point.value, reading), axes = point.axes ? textOf(point.axes, reading) : '';
    if (name === undefined || value === undefined || axes === undefined) return [];
    const first = taken.get(name);
    if (first !== undefined) reading.report(nameTaken(reading.source, at, as, name, first));
    taken.set(name, first ?? at);
    const places = point.places?.map(({ image }) => Number(image)), wrong = places && placesWrong(places, reading.nodes[value].type.channels);
    if (wrong !== undefined) reading.report(placesMismatch(reading.source, point.value.startOffset, name, wrong));
    return [{ name, value, axes, ...(places ? { places } : {}) }];
  });
}

const offsetOf = ({ at }: Fault): readonly [number, number] => (at?.in === 'text' ? [at.line, at.column] : [0, 0]);
const byPlace = (a: Fault, b: Fault): number => offsetOf(a)[0] - offsetOf(b)[0] || offsetOf(a)[1] - offsetOf(b)[1];
