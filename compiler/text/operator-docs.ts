// The table of operators as a page for people, made from the declarations.
import { attrWanted } from '../ir/check-node.ts';
import type { OpDef, OpTable } from '../ir/define-op.ts';
import { ops } from '../ops/index.ts';

const headings = ['kind', 'form', 'takes', 'attributes', 'parameters', 'barrier', 'meaning', 'source'] as const;

/** All operators as one markdown table: kind, form, inputs, attributes, parameters, barrier, meaning, source. */
export function operatorDocs(): string {
  const rows = Object.values<OpDef>(ops satisfies OpTable).map((def) => `| ${cellsOf(def).map(escaped).join(' | ')} |`);
  return [`| ${headings.join(' | ')} |`, `|${headings.map(() => '---').join('|')}|`, ...rows].join('\n') + '\n';
}

function cellsOf(def: OpDef): readonly string[] {
  const takes = def.takes.map((kinds) => kinds.join(' or ')).join('; ');
  const attrs = Object.entries(def.attrs).map(([name, spec]) => `\`${name}\` (${attrWanted(spec)}): ${spec.doc}`).join('; ');
  const params = Object.entries(def.params).map(([name, { shape, doc, optional }]) => `\`${name}\` ${shape}: ${doc}${optional ? ' (optional)' : ''}`).join('; ');
  return [`\`${def.kind}\``, def.form, takes || 'nothing', attrs || 'none', params || 'none', def.barrier, def.doc, def.source];
}

const escaped = (cell: string): string => cell.replaceAll('|', '\\|');
