// A chip and the chips it starts from: the chain of `from`, and for every key the entry that holds, the last one of the chain.
import type { Fault } from '../contract/fault.ts';
import { baseCircle, fileTooLarge, keyTwice, unknownBase, unknownKey, unknownSection } from './faults.ts';
import type { ChipText } from './grammar.ts';
import { parseChip } from './grammar.ts';
import type { Path } from './keys.ts';
import { keys, pathAt, paths, sectionOf, sections, wordOf } from './keys.ts';
import { nearest } from '../contract/nearest.ts';
import type { Source } from './source.ts';
import type { Given } from './values.ts';

export type Load = (name: string) => string | undefined;
type Layer = Readonly<{ source: Source; chip: ChipText }>;
/** complete: every layer was there and well formed, so that a key which is nowhere is missing. */
export type Layered = Readonly<{ top?: Layer; given: ReadonlyMap<Path, Given>; complete: boolean }>;

/** Characters of a chip file: written by hand, and room for thousands of dead cores. */
export const longestChip = 1 << 18;

/**
 * Reads a chip and all that it starts from.
 * Faults: T1001 to T1003 syntax, T1004 section, T1005 key, T1006 twice, T1014 unknown base, T1015 circle, T1025 too large.
 */
export function readLayers(first: Source, load: Load, known: readonly string[], report: (fault: Fault) => void): Layered {
  const layers: Layer[] = [], names: string[] = [];
  let complete = true, source: Source | undefined = first;
  while (source) {
    const { chip, faults }: ReturnType<typeof parseChip> = source.text.length > longestChip ? { faults: [fileTooLarge(source.file, source.text.length, longestChip)] } : parseChip(source);
    faults.forEach(report);
    if (faults.length > 0) complete = false;
    if (!chip) break;
    if (names.length === 0) names.push(chip.name);
    layers.push({ source, chip });
    source = chip.base && baseOf(source, chip.base, names, load, known, report);
    if (chip.base && !source) complete = false;
  }
  const given = new Map<Path, Given>();
  for (const layer of layers.toReversed()) entriesOf(layer, report).forEach((entry, path) => given.set(path, entry));
  return { given, complete, ...(layers.length > 0 && { top: layers[0] }) };
}

/** Text of the base, whose name joins the chain. */
function baseOf(source: Source, base: NonNullable<ChipText['base']>, names: string[], load: Load, known: readonly string[], report: (fault: Fault) => void): Source | undefined {
  if (names.includes(base.name)) {
    report(baseCircle(source, base.at, [...names, base.name]));
    return undefined;
  }
  names.push(base.name);
  const text = load(base.name);
  if (text === undefined) report(unknownBase(source, base.at, base.name, nearest(base.name, known), known));
  return text === undefined ? undefined : { file: `${base.name}.chip`, text };
}

/** Entries of one file by path; those that the parser could not complete are left out, their fault is known. */
function entriesOf({ source, chip }: Layer, report: (fault: Fault) => void): ReadonlyMap<Path, Given> {
  const found = new Map<Path, Given>();
  for (const section of chip.sections.filter(({ name }) => name !== '')) {
    if (!sections.includes(section.name)) {
      report(unknownSection(source, section.at, section.name, nearest(section.name, sections), sections));
      continue;
    }
    const names = paths.filter((path) => sectionOf(keys[path].at) === section.name).map((path) => wordOf(keys[path].at));
    for (const entry of section.entries.filter(({ key, items }) => key !== '' && items.every((item) => !Number.isNaN(item.at) && (item.is !== 'word' || item.word !== '')))) {
      const at = `${section.name}.${entry.key}`, path = pathAt.get(at), before = path && found.get(path);
      if (!path) report(unknownKey(source, entry.at, section.name, entry.key, sections.find((other) => pathAt.has(`${other}.${entry.key}`)), nearest(entry.key, names), names));
      else if (before) report(keyTwice(source, entry.at, at, before.entry.at));
      else found.set(path, { source, entry });
    }
  }
  return found;
}
