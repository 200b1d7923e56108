// An attribution as a person reads it.
import { plain } from '../console/print-faults.ts';
import { tableText } from '../console/table.ts';
import { percentText, plural } from '../report/quantities.ts';
import type { Attribution } from './schema.ts';

type Row = Attribution['rows'][number];

const leastText = (probe: Row['probes'][number] | undefined): string => (!probe || probe.agreement === 1 ? 'all' : `${percentText(probe.agreement, 2)} ${probe.name}`);

/** Points of accuracy, signed. */
const points = (difference: number): string => `${difference > 0 ? '+' : ''}${(100 * difference).toFixed(2)}`;

export function attributionText({ model, target, options, data, samples, partial, exact, mechanisms, float, rows }: Attribution): string {
  const isLabelled = float.accuracy !== undefined, worst = ({ probes }: Row): Row['probes'][number] | undefined => probes.reduce<Row['probes'][number] | undefined>((least, probe) => (!least || probe.agreement < least.agreement ? probe : least), undefined);
  const cells = (row: Row) => [row.name, ...(row.of === 'node' ? [row.mechanisms.join(', ')] : []), row.changed, ...(isLabelled ? [percentText(row.accuracy!, 2), points(row.difference!)] : []), percentText(row.spikes.agreement, 3),
    leastText(worst(row))];
  const columns = (first: string, ...more: readonly string[]) => [first, ...more, 'answers changed', ...(isLabelled ? ['accuracy', 'points'] : []), 'spikes equal', 'least'];
  const nodes = rows.filter(({ of }) => of === 'node'), others = rows.filter(({ of }) => of !== 'node');
  return [
    `${plain(model.name)} (${model.family}) for ${target}, ${options.bits} bit, scale ${options.scale}: ${plural(samples, 'sample')} of ${plain(data)}${partial ? ' (interrupted)' : ''}`,
    `float64${isLabelled ? ` answers ${percentText(float.accuracy!, 2)} rightly` : ', no labels'}; every row rounds what it names and nothing else`, '',
    ...(nodes.length > 0 ? [tableText({ title: 'one node at a time', columns: columns('node', 'rounded'), rows: nodes.map(cells) })] : []),
    tableText({ title: 'one mechanism at a time, and all', columns: columns('rounded'), rows: others.map(cells) }),
    ...others.flatMap(({ of, mechanisms: [name] }) => (of === 'mechanism' ? [`  ${name}: ${mechanisms[name]}`] : ['  everything: the integer network'])), '',
    `${plural(exact, 'node')} more ${exact === 1 ? 'is' : 'are'} exact in integers and cost${exact === 1 ? 's' : ''} nothing.`, '',
  ].join('\n');
}
