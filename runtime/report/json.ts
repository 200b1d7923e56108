// report.json as text: indented for reading, lists of plain values on one line for diffing.
import type { Report } from './schema.ts';

/** Deterministic text of a report, ending in a newline. */
export const reportJson = (report: Report): string => `${write(report, '')}\n`;

function write(value: unknown, indent: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((item) => item === null || typeof item !== 'object')) return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    return `[\n${value.map((item) => deeper + write(item, deeper)).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  if (entries.length <= 8 && entries.every(([, item]) => item === null || typeof item !== 'object'))
    return `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${JSON.stringify(item)}`).join(', ')} }`;
  return `{\n${entries.map(([key, item]) => `${deeper}${JSON.stringify(key)}: ${write(item, deeper)}`).join(',\n')}\n${indent}}`;
}
