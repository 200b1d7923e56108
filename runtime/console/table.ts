// Text tables and CSV from the same rows.
import { plain } from './print-faults.ts';

export type Cell = string | number;
export type Table = Readonly<{ title: string; columns: readonly string[]; rows: readonly (readonly Cell[])[] }>;

/** Aligned columns, numbers to the right. */
export function tableText({ title, columns, rows }: Table): string {
  const cells = rows.map((row) => row.map(cellText)), widths = columns.map((name, i) => cells.reduce((most, row) => Math.max(most, row[i].length), name.length));
  const isNumber = columns.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  const line = (row: readonly string[]) => `  ${row.map((text, i) => (isNumber[i] ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join('  ').trimEnd()}`;
  return [`${title} (${rows.length})`, line(columns), ...cells.map(line), ''].join('\n');
}

/** Comma-separated, quoted where needed, one header line. */
export const tableCsv = ({ columns, rows }: Table): string => [columns, ...rows].map((row) => row.map(csvCell).join(',')).join('\n') + '\n';

const cellText = (cell: Cell): string => (typeof cell === 'number' ? (Number.isInteger(cell) ? String(cell) : cell.toPrecision(4)) : plain(cell));
const csvCell = (cell: Cell): string => (typeof cell === 'string' && /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : String(cell));
