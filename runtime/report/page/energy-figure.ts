// Energy: stacked by cause, stacked by layer, and the dialects side by side.
import { causes } from '../../energy/dialect.ts';
import type { Cause } from '../../energy/dialect.ts';
import { energyFinding, hardwareOf, hostFinding } from '../findings.ts';
import { countText, digits, energyText, percentText, timeText } from '../quantities.ts';
import type { Report } from '../schema.ts';
import type { Part } from './markup.ts';
import { bar, element, escape, figure, legend, number, section, shown, table, words } from './markup.ts';
import { largestOf } from '../statistics.ts';

type Energy = Report['energy'][number];
const kindOf = (cause: Cause): string => `c-${cause}`;
const bandText = ([low, high]: readonly [number, number]): string =>
  low === high ? 'no copied cost' : `x½ to x2 for copied costs: ${energyText(low)} to ${energyText(high)}`;

function stack(name: string, total: number, note: string, parts: readonly Part[]): string {
  return element(
    'div',
    { class: 'stack' },
    element('p', {}, element('b', {}, escape(name)), ` ${escape(energyText(total))}`, element('small', {}, escape(note))),
    bar(parts, 'bar tall'),
  );
}

function byCause(energy: Energy, report: Report): string {
  const { dynamic, leakage } = energy,
    share = (total: number, whole: number): number => (whole > 0 ? total / whole : 0),
    whole = dynamic.total + (leakage?.total ?? 0);
  const parts = energy.causes.map(({ cause, total }): Part => ({
    share: share(total, dynamic.total),
    kind: kindOf(cause),
    says: `${causes[cause]}: ${energyText(total)}, ${percentText(share(total, dynamic.total))}`,
  }));
  const leaks = (leakage?.lines ?? []).map((line, i): Part => ({
    share: share(line.total, leakage!.total),
    kind: `l${i}`,
    says: `${line.term}: ${energyText(line.total)}, ${percentText(share(line.total, leakage!.total))}`,
  }));
  return figure(
    'By cause',
    'Per sample. The two bars have their own scales; the last one shows both to one scale.',
    stack('Dynamic', dynamic.total, bandText(dynamic.band), parts),
    legend(energy.causes.map(({ cause, total }) => ({ kind: kindOf(cause), name: causes[cause], note: energyText(total) }))),
    leakage && stack('Leakage', leakage.total, `over ${timeText(report.timing?.seconds.mean ?? 0)}; ${bandText(leakage.band)}`, leaks),
    leakage && legend(leakage.lines.map((line, i) => ({ kind: `l${i}`, name: line.term.split(',')[0], note: energyText(line.total) }))),
    leakage &&
      stack('Both', whole, 'one scale', [
        { share: share(dynamic.total, whole), kind: 'c-synapses', says: `dynamic ${percentText(share(dynamic.total, whole))}` },
        { share: share(leakage.total, whole), kind: 'l2', says: `leakage ${percentText(share(leakage.total, whole))}` },
      ]),
  );
}

function byLayer({ layers, dynamic }: Energy): string {
  const most = largestOf(layers.map((layer) => layer.total)),
    order = Object.keys(causes) as Cause[];
  return figure(
    'By layer',
    'Dynamic energy per sample, in the order of the network; the heads sort.',
    table(
      '',
      ['layer', '#energy', '#share', 'by cause'],
      layers
        .filter((layer) => layer.total > 0)
        .map((layer, i) => [
          { ...words(layer.layer, 'code'), sort: i },
          number(energyText(layer.total), layer.total),
          number(percentText(layer.total / dynamic.total), layer.total),
          shown(
            bar(
              order.flatMap((cause) => {
                const total = layer.causes[cause];
                return total === undefined ? [] : [{ share: total / most, kind: kindOf(cause), says: `${causes[cause]} ${energyText(total)}` }];
              }),
            ),
            layer.total,
            'wide',
          ),
        ]),
    ),
  );
}

/** Work outside the chip, beside the energies that do not hold it. */
function hosted(report: Report): string {
  const finding = hostFinding(report);
  if (finding === undefined) return '';
  return figure(
    'On the host',
    finding,
    table(
      '',
      ['layer', 'function', '#values taken', '#values made', '#operations'],
      report.hosted.map((stage, i) => [
        { ...words(stage.layer, 'code'), sort: i },
        words(stage.does),
        number(countText(stage.read), stage.read),
        number(countText(stage.made), stage.made),
        number(countText(stage.operations), stage.operations),
      ]),
    ),
  );
}

function dialects(report: Report): string {
  const rows = report.energy.flatMap((energy) => [
    { name: energy.title, formula: energy.formula, total: energy.dynamic.total, kind: 'dynamic' },
    ...(energy.leakage
      ? [{ name: energy.title, formula: energy.assumptions.find((text) => text.includes('leak')) ?? '', total: energy.leakage.total, kind: 'leakage' }]
      : []),
    ...energy.variants
      .filter((variant) => variant.total !== energy.total)
      .map((variant) => ({ name: energy.title, formula: variant.formula, total: variant.total, kind: variant.name })),
  ]);
  const assumed = report.energy.map((energy) =>
    element('li', {}, element('b', {}, escape(energy.title)), element('ul', {}, ...energy.assumptions.map((text) => element('li', {}, escape(text))))),
  );
  return figure(
    'Dialects side by side',
    'The same run, counted by different conventions.',
    table(
      '',
      ['dialect', 'part', '#energy', 'rule'],
      rows.map((row) => [words(row.name), words(row.kind), number(energyText(row.total), row.total), words(row.formula, 'small')]),
    ),
    element('details', {}, element('summary', {}, 'What each dialect assumes'), element('ul', { class: 'plain' }, ...assumed)),
  );
}

/** Every dynamic term with count, cost, total and source. */
function lines({ dynamic, leakage }: Energy): string {
  return element(
    'details',
    {},
    element('summary', {}, 'Every term of the hardware account'),
    table(
      '',
      ['term', '#count', '#pJ each', '#total', 'basis', 'source'],
      [...dynamic.lines, ...(leakage?.lines ?? [])]
        .filter((line) => line.count > 0)
        .map((line) => [
          words(line.cause === 'leakage' ? `leakage: ${line.term}` : line.term, 'code'),
          number(countText(line.count), line.count),
          number(digits(line.each), line.each),
          number(energyText(line.total), line.total),
          words(line.doubt ?? line.basis, line.doubt ? 'doubt' : ''),
          words(line.source, 'small'),
        ]),
    ),
  );
}

export function energySection(report: Report): string {
  const energy = hardwareOf(report);
  return section('energy', 'Energy', energyFinding(report), byCause(energy, report), byLayer(energy), hosted(report), dialects(report), lines(energy));
}
