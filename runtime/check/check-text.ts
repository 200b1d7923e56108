// A check as a person reads it.
import { plain } from '../console/print-faults.ts';
import { tableText } from '../console/table.ts';
import { exactnessFinding } from '../report/findings.ts';
import { bytesText, percentText, plural, wholeText } from '../report/quantities.ts';
import type { Check } from './schema.ts';

/** The verdict in one line, for the end and for logs. */
export function verdictOf({ target, converts, fits, exact, faults }: Pick<Check, 'target' | 'converts' | 'fits' | 'exact' | 'faults'>): string {
  const wrong = plural(faults.filter(({ severity }) => severity === 'error').length, 'refusal');
  if (!converts) return `does not convert for ${target.name}: ${wrong}`;
  if (!fits) return `converts ${exact ? 'exactly' : 'approximately'}, does not fit ${target.name}: ${wrong}`;
  return `converts ${exact ? 'exactly' : 'approximately'} and fits ${target.name}`;
}

export function checkText(check: Check): string {
  const { model, keys, layers, host } = check, verdicts = layers.flatMap(({ node, roundings }) => roundings.map((rounding) => ({ node, ...rounding })));
  const rows = layers.map(({ node, exact, roundings }) => [node, exact ? 'exact' : 'approximate', roundings.map((one) => `${one.mechanism}${one.exact ? '' : `: ${one.detail}`}`).join('; ')]);
  return [
    `${plain(model.name)}: ${model.family}, T = ${model.steps}, ${wholeText(model.parameters)} parameters`,
    `keys: ${keys.taken.length} taken, ${keys.ignored.length} ignored`,
    ...ignoredLines(keys.ignored), '',
    ...(rows.length > 0 ? [tableText({ title: 'where integers could round; all other nodes are exact', columns: ['node', 'verdict', 'by'], rows }), `${exactnessFinding(verdicts)}.`] : []),
    host.length > 0 ? tableText({ title: 'on the host', columns: ['node', 'what'], rows: host.map(({ node, what }) => [node, what]) }) : 'Nothing runs on the host.',
    ...placeLines(check), '', verdictOf(check), '',
  ].join('\n');
}

/** Keys with one reason share a line. */
function ignoredLines(ignored: Check['keys']['ignored']): string[] {
  const reasons = new Map<string, string[]>();
  for (const { key, reason } of ignored) reasons.set(reason, [...reasons.get(reason) ?? [], key]);
  return [...reasons].map(([reason, keys]) => plain(`  ignored: ${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ` and ${keys.length - 3} more` : ''} (${reason})`));
}

function placeLines({ target, mapping, widest: { sum, membrane } }: Check): string[] {
  const width = (what: string, one: typeof sum): string => (one ? `${what} ${one.bits} of ${one.available} bits (${plain(one.node)})` : `no ${what.split(' ').at(-1)}`);
  const fullest = mapping?.fullest.filter(({ bytes }) => bytes > 0).map(({ memory, core, layers, bytes, available }) =>
    `  ${memory.padEnd(8)} ${percentText(bytes / available).padStart(7)}  ${bytesText(bytes)} of ${bytesText(available)} on core ${core} (${plain(layers.slice(0, 2).join(', '))}${layers.length > 2 ? `, ${layers.length - 2} more` : ''})`) ?? [];
  return [`${width('widest sum', sum)}, ${width('widest potential', membrane)}`,
    ...(mapping ? [`${mapping.cores} of ${plural(target.cores, 'core')} (${target.width} x ${target.height} mesh; at least ${mapping.fewestCores} needed), residual ${mapping.residual}; fullest memories:`, ...fullest] : [])];
}
