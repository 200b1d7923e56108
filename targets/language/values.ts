// One entry -> the value that Arch or CostTable holds at its path: unit, form, range and, where it must, whole numbers.
import type { Fault } from '../contract/fault.ts';
import { describeValue } from './describe.ts';
import { listedTwice, notWhole, notWholeCycles, outOfRange, unknownWord, wrongForm, wrongUnit } from './faults.ts';
import type { Entry, Item } from './grammar.ts';
import type { Key, Path, QuantityKey } from './keys.ts';
import { keys, perDimension, unitsOf } from './keys.ts';
import { nearest } from '../contract/nearest.ts';
import { countOf, cyclesOf, dimensions, usualUnit, valueOf } from './quantities.ts';
import type { Source } from './source.ts';

/** An entry with the file it stands in: it may come from a base chip. */
export type Given = Readonly<{ source: Source; entry: Entry }>;
export type Value = number | boolean | string | readonly string[] | readonly number[] | readonly (readonly [number, number])[];
/** The quantity at another path, which a rate or a time is multiplied by; undefined where it is missing or wrong. */
export type Lookup = (path: Path) => number | undefined;

const came = (item: Item): string => (item.is === 'number' ? 'a number' : item.is === 'link' ? 'a pair of tiles' : `the word \`${item.word}\``);
const isNone = (items: readonly Item[]): boolean => items.length === 1 && items[0].is === 'word' && items[0].word === 'none';

/**
 * @returns the value, or undefined after reporting why there is none
 * Faults: T1008 unit, T1009 form, T1010 word, T1011 whole number, T1012 range, T1016 whole cycles, T1024 listed twice.
 */
export function readValue(path: Path, { source, entry }: Given, lookup: Lookup, report: (fault: Fault) => void): Value | undefined {
  const key = keys[path], [first] = entry.items;
  const refuse = (fault: Fault): undefined => {
    report(fault);
    return undefined;
  };
  const form = (item: Item, want: string): undefined => refuse(wrongForm(source, item.at, key.at, want, came(item), describeValue(key)));
  const single = key.holds === 'quantity' || key.holds === 'flag' || key.holds === 'word';
  if (single && entry.items.length > 1) return refuse(wrongForm(source, entry.items[1].at, key.at, 'one value', `a list of ${entry.items.length}`, describeValue(key)));
  switch (key.holds) {
    case 'quantity': return first.is === 'number' ? readQuantity(key, first, source, lookup, refuse) : form(first, 'a number');
    case 'flag': case 'word': {
      if (first.is !== 'word') return form(first, 'a word');
      const words = key.holds === 'flag' ? ['yes', 'no'] : key.words;
      if (!words.includes(first.word)) return refuse(unknownWord(source, first.at, key.at, first.word, nearest(first.word, words), words));
      return key.holds === 'flag' ? first.word === 'yes' : first.word;
    }
    case 'words': return isNone(entry.items) ? [] : readList(entry.items, (item) => {
      if (item.is !== 'word') return form(item, 'words');
      return key.words.includes(item.word) ? item.word : refuse(unknownWord(source, item.at, key.at, item.word, nearest(item.word, key.words), key.words));
    }, String, (item, name) => refuse(listedTwice(source, item.at, key.at, `\`${name}\``)));
    case 'cores': return isNone(entry.items) ? [] : readList(entry.items, (item) => (item.is === 'number' ? readTile(key, item, source, refuse) : form(item, 'tile numbers')), String,
      (item, name) => refuse(listedTwice(source, item.at, key.at, `tile ${name}`)));
    case 'links': return isNone(entry.items) ? [] : readList(entry.items, (item): readonly [number, number] | undefined => {
      if (item.is !== 'link') return form(item, 'pairs of tiles such as `3 to 4`');
      const from = readTile(key, { number: item.from, unit: '', at: item.at }, source, refuse), to = readTile(key, { number: item.to, unit: '', at: item.at }, source, refuse);
      return from === undefined || to === undefined ? undefined : [from, to];
    }, ([from, to]) => `${Math.min(from, to)} to ${Math.max(from, to)}`, (item, name) => refuse(listedTwice(source, item.at, key.at, `the link ${name}`)));
  }
}

/** All items of a list, or undefined if one is wrong or comes twice; every wrong one is reported. */
function readList<T>(items: readonly Item[], read: (item: Item) => T | undefined, nameOf: (value: T) => string, twice: (item: Item, name: string) => undefined): readonly T[] | undefined {
  const found = new Map<string, T>();
  for (const item of items) {
    const value = read(item), name = value === undefined ? '' : nameOf(value);
    if (value === undefined) continue;
    if (found.has(name)) twice(item, name);
    else found.set(name, value);
  }
  return found.size === items.length ? [...found.values()] : undefined;
}

type Numbered = Readonly<{ number: string; unit: string; at: number }>;
type Refuse = (fault: Fault) => undefined;

/** Whether the tile exists is checked when the mesh is known. */
function readTile(key: Key, { number, unit, at }: Numbered, source: Source, refuse: Refuse): number | undefined {
  const tile = Number(number) + 0;
  if (unit !== '') return refuse(wrongUnit(source, at, key.at, unit, [''], number));
  return Number.isSafeInteger(tile) ? tile : refuse(notWhole(source, at, key.at, tile, ''));
}

function readQuantity(key: QuantityKey & Key, item: Numbered, source: Source, lookup: Lookup, refuse: Refuse): number | undefined {
  const { number, unit, at } = item, [over, under] = unit.split('/'), dimension = dimensions[key.dimension], written = unit === '' ? number : `${number} ${unit}`;
  const misfit = (): undefined => refuse(wrongUnit(source, at, key.at, unit, unitsOf(key), `${key.at.split('.')[1]} = ${number.slice(0, 20)} ${usualUnit(key.dimension)}`.trimEnd()));
  let value = valueOf(key.dimension, number, over);
  if (key.dimension === 'cycles' && value === undefined) {
    const hertz = lookup('technology.hertz'), cycles = cyclesOf(number, unit, hertz ?? 1);
    if (cycles === undefined) return misfit();
    if (hertz === undefined) return undefined;
    if (!Number.isInteger(cycles) && cycles <= key.range[1]) return refuse(notWholeCycles(source, at, key.at, written, cycles, hertz / 1e6));
    value = cycles;
  }
  if (value === undefined) return misfit();
  if (under !== undefined) {
    const per = perDimension(key);
    if (!key.per || !per || countOf(per, 1, under) === undefined) return misfit();
    const base = lookup(key.per), count = base === undefined ? undefined : countOf(per, base, under);
    if (count === undefined) return undefined;
    value *= count;
  }
  // Written so that NaN is out of range as well.
  if (!(value >= key.range[0] && value <= key.range[1])) return refuse(outOfRange(source, at, key.at, written, dimension.show(key.range[0]), dimension.show(key.range[1])));
  if (dimension.whole && !Number.isInteger(value)) return refuse(notWhole(source, at, key.at, value, key.dimension === 'bytes' ? 'B' : usualUnit(key.dimension)));
  return value;
}
