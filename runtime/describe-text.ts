// A proposed descriptor as a person reads it: what the file shows, what is assumed, what is asked and how to say it.
import type { Item, Origin, Proposal, Question } from '../compiler/frontend/propose.ts';
import { plain } from './console/print-faults.ts';

const titles: Readonly<Record<Origin, string>> = { shown: 'shown by the file', said: 'said by you', follows: 'follows from these', assumed: 'assumed, because the published training uses it; where yours differs, --KEY VALUE says so', only: 'the only value of this family' };
const valueText = (value: unknown): string => { const text = JSON.stringify(value); return text.length > 100 ? `${text.slice(0, 97)}...` : text; };
const itemLines = (items: readonly Item[]): string => {
  const wide = Math.min(40, Math.max(...items.map(({ path }) => path.length)));
  return items.map(({ path, value, origin, doc }) => `  ${path.padEnd(wide)}  ${valueText(value)}${origin === 'assumed' && doc !== undefined ? `   ${doc}` : ''}\n`).join('');
};
const questionLines = (questions: readonly Question[]): string => questions.map(({ path, wanted, doc }) => `  --${path} VALUE   ${[doc, `wanted ${wanted}`].filter((part) => part !== undefined).join('; ')}\n`).join('');

/** Why a family was proposed: what of its key grammar the file holds, and what not. */
export const whyText = ({ fit: { clues } }: Proposal): string => clues.map(({ text, holds }) => (holds ? `it has ${text}` : `it lacks ${text}`)).join(', ');

/** @param model file of the checkpoint, for the command that is missing */
export function describeText(proposal: Proposal, model: string): string {
  const { fit, others, items, asked, optional } = proposal, groups = (['shown', 'said', 'follows', 'assumed'] as const).map((origin) => ({ origin, of: items.filter((item) => item.origin === origin) }));
  const also = others.map(({ family: { name, doc } }) => `  its keys fit ${name}, too (${doc}): --family ${name}\n`).join('');
  return plain(`family ${fit.family.name}: ${fit.family.doc}\n  because ${whyText(proposal)}${fit.prefix === '' ? '' : `, each key behind ${JSON.stringify(fit.prefix)}`}\n${also}`
    + groups.filter(({ of }) => of.length > 0).map(({ origin, of }) => `\n${titles[origin]}\n${itemLines(of)}`).join('')
    + (optional.length > 0 ? `\nmay be left out\n${questionLines(optional)}` : '')
    + (asked.length > 0 ? `\nasked, because no file shows it\n${questionLines(asked)}\n  synfire describe ${model}${asked.map(({ path }) => ` --${path} VALUE`).join('')} -o arch.json\n` : ''));
}
