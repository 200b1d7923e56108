// Faults as a person reads them: place, code, message, excerpt with a caret, hint.
import picocolors from 'picocolors';
import type { Fault, Place } from '../../targets/contract/fault.ts';

/** Lines for stderr: `file:line:column: error[C0123]: message`, the excerpt of a text, the hint. */
export function faultText(told: Fault, color: boolean): string {
  const fault = { ...told, message: plain(told.message) };
  const paint = picocolors.createColors(color), tint = fault.severity === 'error' ? paint.red : paint.yellow;
  const where = fault.at ? `${plain(placeText(fault.at))}: ` : '';
  const excerpt = fault.at?.in === 'text' && fault.at.excerpt !== undefined ? `\n${indent(excerptText(plain(fault.at.excerpt), fault.at.line, fault.at.column, paint.dim))}` : '';
  return `${paint.bold(where)}${tint(`${fault.severity}[${fault.code}]`)}: ${fault.message}${excerpt}${fault.hint ? `\n  ${paint.cyan('hint')}: ${fault.hint}` : ''}\n`;
}

/** What came out of a file must not steer the terminal: control characters but the end of a line are shown as code points. */
export const plain = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Faults without repetitions, in order. */
export const distinct = (faults: readonly Fault[]): readonly Fault[] => [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()];

export function placeText(place: Place): string {
  switch (place.in) {
    case 'text': return `${place.file}:${place.line}:${place.column}`;
    case 'file': return `${place.file || '""'}${place.member ? ` (${place.member})` : ''}${place.byte === undefined ? '' : `, byte ${place.byte}`}`;
    case 'key': return `${place.file}, key ${place.key}`;
    case 'descriptor': return `${place.file}, ${place.path || 'top level'}`;
    case 'graph': return `node ${place.node}`;
    case 'program': return place.part;
    case 'run': return `core ${place.core}, step ${place.step}`;
    case 'option': return place.option;
  }
}

/** An excerpt that has its caret already (several lines) stays as it is. */
function excerptText(excerpt: string, line: number, column: number, dim: (text: string) => string): string {
  if (excerpt.includes('\n')) return excerpt;
  return `${dim(`${line} |`)} ${excerpt}\n${' '.repeat(String(line).length + 3 + Math.max(0, column - 1))}^`;
}

const indent = (text: string): string => text.split('\n').map((line) => `  ${line}`).join('\n');

/** Whether a stream takes ANSI colours: NO_COLOR and FORCE_COLOR decide, else whether it is a terminal. */
export const wantsColor = (stream: Readonly<{ isTTY?: boolean }>): boolean =>
  process.env['NO_COLOR'] ? false : process.env['FORCE_COLOR'] ? process.env['FORCE_COLOR'] !== '0' : stream.isTTY === true;

/** Prints faults to stderr, errors last so that they stand next to the prompt; a hint that several in a row share stands below the last of them. */
export function printFaults(faults: readonly Fault[]): void {
  const color = wantsColor(process.stderr), sorted = [...distinct(faults)].sort((a, b) => Number(a.severity === 'error') - Number(b.severity === 'error'));
  sorted.forEach((fault, i) => {
    const { hint: _, ...bare } = fault;
    process.stderr.write(faultText(fault.hint !== undefined && sorted[i + 1]?.hint === fault.hint ? bare : fault, color));
  });
}
