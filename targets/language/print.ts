// Target -> text: one canonical form, from the table of keys, without `from`.
import { createHash } from 'node:crypto';
import type { Arch, Cited, CostTable, Target } from '../contract/arch.ts';
import type { ChipKind } from '../contract/ledger.ts';
import type { Key, Path } from './keys.ts';
import { citedPath, keys, paths, sectionOf, sections, wordOf } from './keys.ts';
import { dimensions } from './quantities.ts';

type Parts = Pick<Target, 'arch' | 'costs' | 'cited'>;

/** What stands at a path of Arch. */
const leafOf = (arch: Arch, path: Path): unknown => path.split('.').reduce<unknown>((node, name) => (node as Readonly<Record<string, unknown>>)[name], arch);
const isCost = (path: Path): boolean => path.startsWith('costs.');
const costAt = (costs: CostTable, path: Path) => costs[path.slice('costs.'.length) as ChipKind];

const orNone = (items: readonly string[]): string => (items.length > 0 ? items.join(', ') : 'none');

function show(key: Key, value: unknown): string {
  switch (key.holds) {
    case 'quantity': return dimensions[key.dimension].show(Number(value));
    case 'flag': return value ? 'yes' : 'no';
    case 'word': return String(value);
    case 'words': return orNone(value as readonly string[]);
    case 'cores': return orNone((value as readonly number[]).map(String));
    case 'links': return orNone((value as readonly (readonly [number, number])[]).map(([from, to]) => `${from} to ${to}`));
  }
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const showCited = (cited: Cited | undefined): string => (cited ? `, ${cited.basis} ${quote(cited.source)}` : '');

/**
 * The canonical text of a target: all sections and keys in the order of the table, values in their usual unit, nothing inherited.
 * @returns text that `readTarget` turns into an equal target
 */
export function printTarget({ arch, costs, cited }: Parts): string {
  const line = (path: Path): string => {
    const key = keys[path], cost = isCost(path) ? costAt(costs, path) : undefined;
    return `    ${wordOf(key.at)} = ${show(key, cost ? cost.each : leafOf(arch, path))}${showCited(cost ?? cited[citedPath(path)])}\n`;
  };
  const section = (name: string): string => `  ${name} {\n${paths.filter((path) => sectionOf(keys[path].at) === name).map(line).join('')}  }\n`;
  return `chip ${arch.name} {\n${sections.map(section).join('')}}\n`;
}

/** A target with its canonical text and the SHA-256 of it, in hexadecimal. */
export function sealTarget(parts: Parts): Target {
  const text = printTarget(parts);
  return { arch: parts.arch, costs: parts.costs, cited: parts.cited, text, hash: createHash('sha256').update(text).digest('hex') };
}
