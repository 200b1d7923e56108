// Answers: accuracy with its interval against the float network, and which classes are taken for which.
import { accuracyFinding, retrievalParts, trustFinding } from '../findings.ts';
import { countText, digits, percentText, plural, wholeText } from '../quantities.ts';
import type { Report } from '../schema.ts';
import { savedText } from '../saved.ts';
import { element, escape, figure, heat, label, number, picture, section, table, title, words } from './markup.ts';
import { largestOf } from '../statistics.ts';

const wide = 600;

function intervals({ accuracy }: Report): string {
  const rows = [
    { name: 'float', value: accuracy.float, interval: accuracy.floatInterval, kind: 'cold' },
    { name: 'chip', value: accuracy.chip, interval: accuracy.interval, kind: 'hot' },
    { name: 'agreement', value: accuracy.agreement, interval: accuracy.agreementInterval, kind: '' },
  ].flatMap(({ name, value, interval, kind }) => (value === undefined || !interval ? [] : [{ name, value, interval, kind }]));
  if (rows.length === 0) return '';
  const step = 0.05,
    low = Math.max(0, Math.floor((Math.min(...rows.map((row) => row.interval[0])) - 0.02) / step) * step),
    high = Math.min(1, Math.ceil((Math.max(...rows.map((row) => row.interval[1])) + 0.02) / step) * step);
  const place = (value: number): number => 90 + ((value - low) / (high - low || 1)) * (wide - 130),
    bottom = rows.length * 56 + 10,
    every = (high - low) / step > 10 ? 0.2 : (high - low) / step > 5 ? 0.1 : step;
  const ticks = Array.from({ length: Math.floor((high - low) / every + 1e-9) + 1 }, (_, i) => low + i * every).map((value) =>
    element(
      'g',
      {},
      element('line', { x1: place(value), x2: place(value), y1: 8, y2: bottom, class: 'grid' }),
      label(place(value), bottom + 18, percentText(value, 0), { class: 'note', 'text-anchor': 'middle' }),
    ),
  );
  const drawn = rows.map(({ name, value, interval: [from, to], kind }, i) => {
    const y = 42 + i * 56;
    return element(
      'g',
      { class: `whisker ${kind}` },
      title(`${name} ${percentText(value, 2)}, 95 %: ${percentText(from, 2)} to ${percentText(to, 2)}`),
      label(80, y + 5, name, { class: 'note', 'text-anchor': 'end' }),
      element('line', { x1: place(from), x2: place(to), y1: y, y2: y }),
      element('line', { x1: place(from), x2: place(from), y1: y - 7, y2: y + 7 }),
      element('line', { x1: place(to), x2: place(to), y1: y - 7, y2: y + 7 }),
      element('circle', { cx: place(value), cy: y, r: 6 }),
      label(place(value), y - 13, percentText(value), { class: 'note strong', 'text-anchor': 'middle' }),
    );
  });
  return figure(
    'Accuracy',
    `95 % Wilson intervals over ${plural(accuracy.samples, 'sample')}; the axis does not start at 0.`,
    picture('chart', [wide, bottom + 28], accuracyFindingOf(rows), ...ticks, ...drawn),
  );
}
const accuracyFindingOf = (rows: readonly Readonly<{ name: string; value: number }>[]): string =>
  rows.map(({ name, value }) => `${name} ${percentText(value)}`).join(', ');

function confusion({ accuracy, model }: Report): string {
  const counts = accuracy.confusion;
  if (!counts || counts.length < 2) return '';
  const size = counts.length,
    cell = Math.min(46, (wide - 110) / size),
    left = 104,
    names = model.classes,
    sums = counts.map((row) => row.reduce((sum, count) => sum + count, 0)),
    off = largestOf(counts.map((row, i) => Math.max(0, ...row.filter((_, j) => i !== j)))),
    right = largestOf(counts.map((row, i) => row[i]));
  const short = (name: string, most: number): string => (name.length > most ? `${name.slice(0, most - 1)}…` : name);
  const cells = counts.flatMap((row, i) =>
    row.map((count, j) =>
      element(
        'g',
        { class: i === j ? `cellbox right ${heat(count, right)}` : `cellbox ${heat(count, off)}` },
        title(`${names[i]} taken for ${names[j]}: ${plural(count, 'sample')} of ${wholeText(sums[i])}`),
        element('rect', { x: left + j * cell, y: i * cell, width: cell - 2, height: cell - 2, rx: 3 }),
        cell >= 24 && count > 0 && label(left + j * cell + cell / 2 - 1, i * cell + cell / 2 + 3, String(count), { 'text-anchor': 'middle', class: 'note' }),
      ),
    ),
  );
  const rows = names.map((name, i) => label(left - 8, i * cell + cell / 2 + 3, short(name, 14), { 'text-anchor': 'end', class: 'note' }));
  const columns = names.map((name, j) =>
    label(0, 0, short(name, 10), {
      transform: `translate(${left + j * cell + cell / 2 + 3} ${size * cell + 8}) rotate(-55)`,
      'text-anchor': 'end',
      class: 'note',
    }),
  );
  return figure(
    'What is taken for what',
    'Rows: the label. Columns: the answer of the chip. Right answers are blue, errors are hot, each with its own scale.',
    picture('chart', [left + size * cell + 10, size * cell + 70], 'confusion table', ...rows, ...columns, ...cells),
  );
}

export const answerSection = (report: Report): string =>
  section('answers', 'Answers', report.retrieval ? `${accuracyFinding(report)} ${retrievalParts(report.retrieval).join('; ')}.` : accuracyFinding(report), element('div', { class: 'pair' }, intervals(report), confusion(report)));

/** Why to believe the numbers: integer evaluation beside the chip, passes, first divergence from float. */
export function trustSection(report: Report): string {
  const { divergence, passes, verdicts, attention, reference, verification } = report,
    lossy = verdicts.filter(({ exact }) => !exact);
  const facts: readonly (readonly [string, string])[] = [
    [
      'integer evaluation',
      verification.samples > 0
        ? `${wholeText(verification.differences)} of ${wholeText(verification.spikes)} spikes differ over ${plural(verification.samples, 'sample')}`
        : 'not run',
    ],
    [
      'float reference',
      reference
        ? `${reference.engine}${reference.reasons.length > 0 ? `; ${reference.reasons.map(({ engine, reason }) => `not ${engine}: ${reason}`).join('; ')}` : ''}`
        : 'not run',
    ],
    ...(reference
      ? [
          [
            'logits, chip against float',
            `largest error ${digits(reference.worstLogitError)}, mean ${digits(reference.meanLogitError)}; largest logit ${digits(reference.largestLogit)}`,
          ] as const,
        ]
      : []),
    [
      'first divergence from float',
      divergence.length > 0
        ? `sample ${divergence[0].sample}, ${divergence[0].layer}, step ${divergence[0].step}, neuron ${divergence[0].neuron}`
        : 'none was recorded',
    ],
    ['argmax ties', countText(report.accuracy.ties)],
    ['residual transport', [report.options.residual, ...(report.transports.length > 0 ? [`expected flits x links a sample: ${report.transports.map(({ name, flitLinks }) => `${name} ${countText(flitLinks)}`).join(', ')}`] : [])].join('; ')],
    ...(report.options.seed === undefined ? [] : [['seed', String(report.options.seed)] as const]),
  ];
  return section(
    'trust',
    'Why believe it',
    trustFinding(report),
    element('dl', { class: 'facts-list' }, ...facts.flatMap(([name, value]) => [element('dt', {}, escape(name)), element('dd', {}, escape(value))])),
    passes.length > 0 &&
      table(
        'Passes',
        ['pass', 'keeps the meaning', 'notes'],
        passes.map((pass, i) => [
          { ...words(pass.name, 'code'), sort: i },
          words(pass.lossless ? 'lossless' : 'lossy', pass.lossless ? '' : 'doubt'),
          words([...pass.notes, ...savedText(pass.saved)].join('; '), 'small'),
        ]),
      ),
    lossy.length > 0 &&
      table(
        'What is rounded',
        ['node', 'mechanism', 'what is lost'],
        lossy.map((row, i) => [{ ...words(row.node, 'code'), sort: i }, words(row.mechanism), words(row.detail, 'small')]),
      ),
    attention.length > 0 &&
      table(
        'Attention order',
        ['layer', 'published', 'executed'],
        attention.map((row, i) => [{ ...words(row.layer, 'code'), sort: i }, words(row.published, 'code'), words(row.executed, 'code')]),
      ),
    divergence.length > 1 &&
      table(
        'First divergence by sample',
        ['#sample', 'layer', '#step', '#neuron'],
        divergence.map((row) => [
          number(String(row.sample), row.sample),
          words(row.layer, 'code'),
          number(String(row.step), row.step),
          number(String(row.neuron), row.neuron),
        ]),
      ),
  );
}
