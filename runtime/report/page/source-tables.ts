// The end of the page: every convention, cost and source, and the hashes that name this run.
import { digits } from '../quantities.ts';
import type { Report } from '../schema.ts';
import { element, escape, number, section, table, words } from './markup.ts';

export function sourceSection(report: Report): string {
  const { conventions, costs, sources, host, model, target, digest } = report;
  const hashes: readonly (readonly [string, string])[] = [
    ['digest of outputs and ledger', digest],
    ['model (SHA-256)', model.sha256],
    ['target (SHA-256)', target.hash],
    ...Object.entries(host).map(([key, value]) => [`host: ${key}`, String(value)] as const),
  ];
  return section(
    'sources',
    'Conventions and sources',
    'Every number above rests on one of these rules and one of these costs.',
    table(
      'Conventions',
      ['name', 'rule', 'source'],
      conventions.map((row, i) => [{ ...words(row.name), sort: i }, words(row.rule), words(row.source, 'small')]),
    ),
    element(
      'details',
      {},
      element('summary', {}, `Costs of ${escape(target.name)}: ${costs.length} kinds of event`),
      table(
        '',
        ['event', 'what one is', '#pJ', 'basis', 'source'],
        costs.map((cost, i) => [
          { ...words(cost.kind, 'code'), sort: i },
          words(cost.meaning),
          number(digits(cost.each), cost.each),
          words(cost.basis),
          words(cost.source, 'small'),
        ]),
      ),
    ),
    sources.length > 0 &&
      element(
        'details',
        {},
        element('summary', {}, `Sources of the target: ${sources.length} numbers`),
        table(
          '',
          ['key', 'basis', 'source'],
          sources.map((row) => [words(row.key, 'code'), words(row.basis), words(row.source, 'small')]),
        ),
      ),
    element(
      'dl',
      { class: 'facts-list' },
      ...hashes.flatMap(([name, value]) => [element('dt', {}, escape(name)), element('dd', { class: 'code' }, escape(value))]),
    ),
  );
}
