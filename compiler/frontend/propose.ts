// A checkpoint without a descriptor -> the families its keys may be of, and a descriptor as far as the file shows it. Nothing is guessed silently: every value has its origin.
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Checkpoint } from '../files/checkpoint.ts';
import { checkShape, docAt, schemaAt } from './check-shape.ts';
import type { Misfit } from './check-shape.ts';
import type { Clue, FileKeys } from './detect.ts';
import { cluesOf, fileKeys } from './detect.ts';
import { leavesOf, merged, scaffold, withValue } from './draft.ts';
import type { Family } from './family.ts';
import { valueAt } from './family.ts';
import type { Path } from './faults.ts';
import { familyUnseen, optionValue, pathText, valueAsked, valueWrong } from './faults.ts';
import { families } from './index.ts';
import { matches, takeParts, withoutPrefix } from './keys.ts';
import type { Said } from './said.ts';
import { readSaid } from './said.ts';
import type { Follow } from './sketch.ts';

/** A family against the keys of a file. `prefix`: text before every key. `clues`: what its grammar asks. `share`: of what it would read off a file. */
export type Fit = Readonly<{ family: Family; prefix: string; clues: readonly Clue[]; share: number }>;
const fits = ({ clues }: Fit): boolean => clues.every(({ holds }) => holds);
const holding = ({ clues }: Fit): number => clues.filter(({ holds }) => holds).length;
const mostNear = 3, mostPrefixes = 8;

/** How much of what a family would read off a file is there, 0 to 1: what it reads off an empty one is no sign of it. */
function shareShown({ sketch }: Family, keys: FileKeys): number {
  const { shown } = sketch(keys), empty = sketch(nothing).shown, paths = new Map([...leavesOf(shown), ...leavesOf(empty)].map((path) => [pathText(path), path]));
  const differs = [...paths.values()].filter((path) => JSON.stringify(valueAt(shown, path)) !== JSON.stringify(valueAt(empty, path)));
  return paths.size === 0 ? 0 : differs.length / paths.size;
}
const nothing = fileKeys(new Map());

/** All families, those that fit first, of them those that ask most; then by how much of what they would read is there. */
export function familiesOf(checkpoint: Checkpoint): readonly Fit[] {
  const prefixes = ['', ...sharedPrefixes([...checkpoint.tensors.keys()])], files = prefixes.map((prefix) => ({ prefix, keys: fileKeys(withoutPrefix(checkpoint.tensors, prefix)) }));
  const better = (a: Fit, b: Fit): number => Number(fits(b)) - Number(fits(a)) || (fits(a) ? holding(b) - holding(a) : b.share - a.share || holding(b) - holding(a));
  return families.map((family) => files.map(({ prefix, keys }): Fit => ({ family, prefix, clues: cluesOf(family.detect, keys), share: shareShown(family, keys) })).sort(better)[0]).sort(better);
}

/** Beginnings up to a dot that at least half of the keys have, the most common first. */
function sharedPrefixes(keys: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const key of keys) for (let dot = key.indexOf('.'), depth = 0; dot >= 0 && depth < mostPrefixes; dot = key.indexOf('.', dot + 1), depth++) {
    const prefix = key.slice(0, dot + 1);
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => 2 * count >= keys.length).sort((a, b) => b[1] - a[1]).slice(0, mostPrefixes).map(([prefix]) => prefix);
}

export const origins = ['shown', 'said', 'follows', 'assumed', 'only'] as const;
/** shown: by the file; said: by the user; follows: from other values; assumed: of the published training; only: the family has no other. */
export type Origin = (typeof origins)[number];
export type Item = Readonly<{ path: string; origin: Origin; value: unknown; doc: string | undefined }>;
/** A key whose value nothing gives, or that may be left out and change the network. */
export type Question = Readonly<{ path: string; wanted: string; doc: string | undefined }>;
/** `descriptor`: in the order of its schema. `faults`: what is wrong with it, and what is still asked for. `others`: further families that fit. */
export type Proposal = Readonly<{ fit: Fit; others: readonly Fit[]; descriptor: object; items: readonly Item[]; asked: readonly Question[]; optional: readonly Question[]; faults: readonly Fault[]; warnings: readonly Fault[] }>;

/**
 * Proposes a family and a descriptor.
 * @param said options of the command line: path and text
 * @param named the family, if the user names it
 * Faults: C2080 no family fits, C2081 to C2083 options. What is wrong or missing in the descriptor is in the proposal: C2006 to C2012, C2020 to C2026, C2084.
 */
export function propose(checkpoint: Checkpoint, said: readonly Said[], named: string | undefined): Outcome<Proposal> {
  const all = familiesOf(checkpoint), sound = all.filter(fits), choice = named === undefined ? sound : all.filter(({ family }) => family.name === named);
  if (named !== undefined && choice.length === 0) return fail(optionValue('--family', families.map(({ name }) => name).join(', '), named));
  if (choice.length === 0) return fail(familyUnseen(checkpoint.file, [...checkpoint.tensors.keys()], all.filter(({ share }) => share > 0).slice(0, mostNear).map(({ family, clues }) => ({ family: family.name, missing: clues.filter(({ holds }) => !holds).map(({ text }) => text) }))));
  // What was said may fit only one of several families with the same keys.
  const first = readSaid(choice[0].family, said), fit = first.ok ? choice[0] : choice.find(({ family }) => readSaid(family, said).ok) ?? choice[0], read = fit === choice[0] ? first : readSaid(fit.family, said);
  return read.ok ? succeed(proposalOf(checkpoint, fit, sound.filter((other) => other !== fit), read.value)) : read;
}

function proposalOf(checkpoint: Checkpoint, fit: Fit, others: readonly Fit[], said: readonly Readonly<{ path: Path; value: unknown }>[]): Proposal {
  const { family, prefix } = fit, { schema, name } = family, tensors = withoutPrefix(checkpoint.tensors, prefix), { shown, assumed, follows = [], asks = [], optional = [], unread = [] } = family.sketch(fileKeys(tensors));
  const ignored = unread.filter((pattern) => [...tensors.keys()].some((key) => matches(pattern, key)));
  const found = merged({ ...shown, checkpoint: { wrapper: checkpoint.wrapper, ...(prefix === '' ? {} : { key_prefix: prefix }) }, ...(ignored.length > 0 ? { ignored_keys: ignored } : {}) }, undefined);
  const given = scaffold(schema, said.reduce<unknown>((draft, { path, value }) => withValue(draft, path, value), merged(found, assumed))), { value: draft, filled, waiting } = followed(given, family, follows);
  const whole = scaffold(schema, draft) as object, misfits = withoutDoubles(checkShape(schema, whole).misfits), missing = (path: Path) => valueAt(whole, path) === undefined;
  const asked = [...misfits.filter(({ path }) => missing(path) && !waiting.has(pathText(path))), ...asks.map(stepsOfKey).filter(missing).map((path) => questionAt(schema, path))];
  const wrong = misfits.filter(({ path }) => !missing(path)).map(({ path, wanted, doc }) => valueWrong({ file: `${name} descriptor`, path }, wanted, valueAt(whole, path), doc));
  const originOf = (path: Path): Origin => {
    const text = pathText(path), within = (key: string) => text === key || text.startsWith(`${key}.`) || text.startsWith(`${key}[`);
    if (said.some(({ path: at }) => within(pathText(at)) || pathText(at).startsWith(`${text}[`))) return 'said';
    return valueAt(found, path) !== undefined ? 'shown' : [...filled].some(within) ? 'follows' : valueAt(assumed, path) !== undefined ? 'assumed' : 'only';
  };
  const items = leavesOf(whole).filter((path) => path[0] !== 'format' && path[0] !== 'family').map((path): Item => ({ path: pathText(path), origin: originOf(path), value: valueAt(whole, path), doc: docAt(schema, path) }));
  const assumptions = items.filter(({ origin }) => origin === 'assumed').map(({ path }) => path);
  const descriptor = assumptions.length > 0 ? { ...whole, notes: { assumed: assumptions, text: 'by synfire describe: of the published training, shown by no file' } } : whole;
  const checked = asked.length > 0 || wrong.length > 0 ? undefined : checkKeys(checkpoint, family, descriptor);
  return {
    fit, others, descriptor, items, asked: asked.map(asQuestion), optional: optional.map(stepsOfKey).filter(missing).map((path) => asQuestion(questionAt(schema, path))),
    faults: [...wrong, ...asked.map(({ path, wanted, doc }) => valueAsked(path, wanted, doc)), ...(checked?.ok === false ? checked.faults : [])], warnings: checked?.ok ? checked.warnings : [],
  };
}

/** Fills in what follows, as far as its needs are there. `waiting`: keys that wait for others. */
function followed(given: unknown, { schema }: Family, follows: readonly Follow<object>[]): Readonly<{ value: unknown; filled: ReadonlySet<string>; waiting: ReadonlySet<string> }> {
  const filled = new Set<string>(), waiting = new Set<string>();
  let value = given;
  for (const { key, needs, of } of follows) {
    const path = stepsOfKey(key), misfits = checkShape(schema, value).misfits.map((misfit) => pathText(misfit.path));
    if (valueAt(value, path) !== undefined) continue;
    const ready = needs.every((need) => valueAt(value, [need]) !== undefined && !misfits.some((misfit) => misfit === need || misfit.startsWith(`${need}.`) || misfit.startsWith(`${need}[`)));
    // Only what fits the schema is read: a file may show anything.
    const made = ready ? of(value as object) : undefined;
    if (!ready) waiting.add(key);
    if (made === undefined) continue;
    value = withValue(value, path, made);
    filled.add(key);
  }
  return { value, filled, waiting };
}

const stepsOfKey = (key: string): Path => key.split('.');
const questionAt = (schema: unknown, path: Path): Misfit => ({ path, wanted: wantedAt(schema, path), doc: docAt(schema, path) });
const asQuestion = ({ path, wanted, doc }: Misfit): Question => ({ path: pathText(path), wanted, doc });

/** What a key wants, in the words of its schema's own complaint. */
function wantedAt(schema: unknown, path: Path): string {
  const at = schemaAt(schema, path) as Family['schema'] | undefined, refused = at?.safeParse(Symbol('nothing'));
  return refused?.error?.issues[0]?.message ?? 'a value';
}

/** A schema may complain twice of one value. */
const withoutDoubles = (misfits: readonly Misfit[]): readonly Misfit[] => [...new Map(misfits.map((misfit) => [pathText(misfit.path), misfit])).values()];

/** A whole descriptor against its rules and the keys of the file; side files are not asked for, they lie where the descriptor will lie. */
function checkKeys(checkpoint: Checkpoint, family: Family, descriptor: object): Outcome<unknown> {
  const described = family.describe(descriptor, `${family.name} descriptor`);
  if (!described.ok) return described;
  const { parts, keys } = described.value, taken = takeParts(checkpoint, parts, keys);
  return taken.ok ? succeed(undefined, described.warnings) : taken;
}
