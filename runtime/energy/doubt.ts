// When a cited number deserves a band: copied from another or an unknown node.
import type { Cited } from '../../targets/contract/arch.ts';

/** Nodes of published tables whose name says it all: energy.md sections 2 and 3. */
const publishedNodes: readonly (readonly [table: RegExp, nanometres: number])[] = [
  [/\bHorowitz\b/i, 45],
  [/\bLoihi\b/i, 14],
  [/\bTrueNorth\b/i, 28],
];

/** Nodes that a source names, in figures or by the name of its table. */
function nodesOf(source: string): readonly number[] {
  const stated = [...source.matchAll(/(\d+(?:\.\d+)?)\s*nm\b/gi)].map((match) => Number(match[1]));
  return stated.length > 0 ? stated : publishedNodes.flatMap(([table, nanometres]) => (table.test(source) ? [nanometres] : []));
}

/** Why a number may be off by two either way; nothing where it comes from the target's own node or was made for this target. */
export function doubtOf(cited: Cited, nanometres: number): string | undefined {
  if (cited.basis === 'ours') return undefined;
  const nodes = nodesOf(cited.source);
  if (nodes.includes(nanometres)) return undefined;
  if (nodes.length > 0) return `copied from ${nodes.join(' and ')} nm while the target is ${nanometres} nm`;
  return cited.basis === 'copied' ? 'copied from an unknown node' : undefined;
}
