// Chip text -> Target: read the chain of chips, turn every entry into its value, gather all faults, check the whole, print and hash it.
import type { Arch, Cited, CostTable, Target } from '../contract/arch.ts';
import type { Fault, Outcome } from '../contract/fault.ts';
import { fail, succeed } from '../contract/fault.ts';
import type { ChipKind } from '../contract/ledger.ts';
import { chipKinds } from '../contract/ledger.ts';
import type { Picojoules } from '../contract/units.ts';
import { checkArch } from './check.ts';
import { furtherFaults, keysMissing, sourceMissing } from './faults.ts';
import { mostFaults } from './grammar.ts';
import type { Path } from './keys.ts';
import { citedPath, keys, paths, sectionOf, sections, wordOf } from './keys.ts';
import type { Layered, Load } from './layers.ts';
import { readLayers } from './layers.ts';
import { sealTarget } from './print.ts';
import type { Value } from './values.ts';
import { readValue } from './values.ts';

/**
 * Reads a chip file, with the chips it starts from, to a target whose `text` is the resolved canonical print and whose `hash` is the SHA-256 of that.
 * @param file  name for places of faults
 * @param load  text of the chip of a name, for `from`; undefined where there is none
 * @param known names that `load` knows, for hints
 * Faults: T1001 to T1025, T1028, all of them gathered; see faults.ts.
 */
export function readTarget(text: string, file: string, load: Load, known: readonly string[] = []): Outcome<Target> {
  const faults: Fault[] = [], report = (fault: Fault): void => { faults.push(fault); };
  const layered = readLayers({ file, text }, load, known, report);
  reportMissing(layered, report);
  const values = readValues(layered, report), cited = readSources(layered, report);
  if (faults.length === 0 && layered.top) {
    const arch = assemble(layered.top.chip.name, values), wrong = checkArch(arch, layered.given);
    if (wrong.length === 0) return succeed(sealTarget({ arch, costs: costsOf(values, cited), cited: citedOf(cited) }));
    faults.push(...wrong);
  }
  return fail(...inOrder(faults).slice(0, mostFaults), ...(faults.length > mostFaults ? [furtherFaults(file, mostFaults)] : []));
}

/** Down each file, the files in the order in which they were read. */
function inOrder(faults: readonly Fault[]): readonly Fault[] {
  const files = [...new Set(faults.map(({ at }) => (at?.in === 'text' ? at.file : '')))];
  const rank = ({ at }: Fault): readonly number[] => (at?.in === 'text' ? [files.indexOf(at.file), at.line, at.column] : [0, 0, 0]);
  return faults.map((fault) => ({ fault, key: rank(fault) })).sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1] || a.key[2] - b.key[2]).map(({ fault }) => fault);
}

/** One fault per section that lacks keys, at the section if there is one. */
function reportMissing({ top, given, complete }: Layered, report: (fault: Fault) => void): void {
  if (!top || !complete) return;
  for (const section of sections) {
    const missing = paths.filter((path) => sectionOf(keys[path].at) === section && !given.has(path)).map((path) => wordOf(keys[path].at));
    const at = top.chip.sections.find(({ name }) => name === section)?.at ?? top.chip.at;
    if (missing.length > 0) report(keysMissing(top.source, at, section, missing));
  }
}

/** Values by path. A rate or a time asks for another value, which is then read first; those depend on nothing. */
function readValues({ given }: Layered, report: (fault: Fault) => void): ReadonlyMap<Path, Value> {
  const values = new Map<Path, Value | undefined>();
  const read = (path: Path): Value | undefined => {
    const entry = given.get(path);
    if (entry && !values.has(path)) values.set(path, readValue(path, entry, lookup, report));
    return values.get(path);
  };
  const lookup = (path: Path): number | undefined => {
    const value = read(path);
    return typeof value === 'number' ? value : undefined;
  };
  paths.forEach(read);
  return new Map([...values].flatMap(([path, value]) => (value === undefined ? [] : [[path, value] as const])));
}

/** Sources by path. A key that overrides another brings its own: the old source speaks of the old number. */
function readSources({ given }: Layered, report: (fault: Fault) => void): ReadonlyMap<Path, Cited> {
  const cited = new Map<Path, Cited>();
  given.forEach(({ source, entry }, path) => {
    if (entry.cited && entry.cited.source.trim() !== '') cited.set(path, entry.cited);
    else if (keys[path].source === 'must' || entry.cited) report(sourceMissing(source, entry.at, keys[path].at));
  });
  return cited;
}

const isCost = (path: Path): boolean => path.startsWith('costs.');

/** The type of the table of keys says that its paths are the leaves of Arch and its values of their kinds; so the tree built of all of them is one. */
function assemble(name: string, values: ReadonlyMap<Path, Value>): Arch {
  const arch: Record<string, unknown> = { name };
  for (const path of paths.filter((each) => !isCost(each))) {
    const steps = path.split('.'), last = steps.length - 1;
    let node = arch;
    for (const step of steps.slice(0, last)) node = (node[step] ??= {}) as Record<string, unknown>;
    node[steps[last]] = values.get(path);
  }
  return arch as Arch;
}

function costsOf(values: ReadonlyMap<Path, Value>, cited: ReadonlyMap<Path, Cited>): CostTable {
  const cost = (kind: ChipKind) => ({ ...cited.get(`costs.${kind}`)!, each: values.get(`costs.${kind}`) as Picojoules });
  return Object.fromEntries(chipKinds.map((kind) => [kind, cost(kind)])) as CostTable;
}

const citedOf = (cited: ReadonlyMap<Path, Cited>): Target['cited'] =>
  Object.fromEntries(paths.filter((path) => !isCost(path) && cited.has(path)).map((path) => [citedPath(path), cited.get(path)!]));
