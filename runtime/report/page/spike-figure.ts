// Spikes: how lively each layer is, how many synaptic operations each step costs, what each weight matrix sees.
import { breakEvenFinding, spikeFinding } from '../findings.ts';
import { countText, digits, percentText, wholeText } from '../quantities.ts';
import type { Report } from '../schema.ts';
import { bar, element, escape, figure, heat, label, legend, number, picture, section, shown, table, title, words } from './markup.ts';
import { largestOf } from '../statistics.ts';

function firing({ firing: { layers } }: Report): string {
  const most = largestOf(layers.map((layer) => layer.rate));
  return layers.length === 0
    ? ''
    : figure(
        'Firing rates',
        'Spikes per neuron and step of every spiking layer, mean over samples.',
        table(
          '',
          ['layer', '#neurons', '#spikes a sample', '#rate', 'rate'],
          layers.map((layer, i) => [
            { ...words(layer.name, 'code'), sort: i },
            number(wholeText(layer.neurons), layer.neurons),
            number(countText(layer.spikes), layer.spikes),
            number(percentText(layer.rate), layer.rate),
            shown(bar([{ share: most > 0 ? layer.rate / most : 0, kind: 'c-attention', says: percentText(layer.rate) }]), layer.rate, 'wide'),
          ]),
        ),
      );
}

function operations({ operations: { layers }, model }: Report): string {
  const busy = layers.filter((layer) => layer.sops > 0 || layer.mac > 0),
    most = largestOf(busy.flatMap((layer) => layer.steps)),
    stepNames = Array.from({ length: model.steps }, (_, step) => `#t${step}`);
  return figure(
    'Synaptic operations by layer and step',
    'Per sample. Graded values count as unit spikes; MACs stand apart.',
    table(
      '',
      ['layer', '#cores', ...stepNames, '#SOPs', '#graded', '#kv', '#q', '#MACs'],
      busy.map((layer, i) => [
        { ...words(layer.layer, 'code'), sort: i },
        number(String(layer.cores), layer.cores),
        ...layer.steps.map((sops) => number(sops > 0 ? countText(sops) : '', sops, `cell ${heat(sops, most)}`)),
        number(countText(layer.sops), layer.sops),
        ...[layer.graded, layer.kv, layer.q, layer.mac].map((count) => number(count > 0 ? countText(count) : '', count)),
      ]),
    ),
  );
}

const whens = { step: 'every step', once: 'once a sample', host: 'on the host' } as const;

function census(report: Report): string {
  if (report.census.length === 0) return '';
  const part = (share: number, kind: string, name: string) => ({ share, kind, says: `${name} ${percentText(share)}` });
  return figure(
    'What each weight matrix sees',
    'Shares of its non-zero inputs: binary and ternary spikes and graded counts are additions, real values are MACs.',
    legend([
      { kind: 'c-weights', name: 'binary' },
      { kind: 'c-synapses', name: 'ternary' },
      { kind: 'c-soma', name: 'graded' },
      { kind: 'c-pixels', name: 'real' },
    ]),
    table(
      '',
      ['layer', '#binary', '#ternary', '#graded', '#real', 'shares', 'when'],
      report.census.map((row, i) => [
        { ...words(row.layer, 'code'), sort: i },
        ...[row.binary, row.ternary, row.graded, row.real].map((share) => number(percentText(share), share)),
        shown(bar([part(row.binary, 'c-weights', 'binary'), part(row.ternary, 'c-synapses', 'ternary'), part(row.graded, 'c-soma', 'graded'), part(row.real, 'c-pixels', 'real')]), row.binary, 'wide'),
        words(whens[row.where]),
      ]),
    ),
  );
}

export const spikeSection = (report: Report): string => section('spikes', 'Spikes', spikeFinding(report), firing(report), operations(report), census(report));

export function breakEvenSection(report: Report): string {
  const { breakEven } = report,
    {
      literature: [from, to],
      costs,
    } = breakEven,
    wide = 1000,
    lows = -2,
    highs = 1,
    margin = 30;
  // Log axis from 0.01 to 10 spikes per synapse; values beyond are drawn at its ends.
  const place = (k: number): number =>
    margin + ((Math.min(highs, Math.max(lows, Math.log10(Math.max(1e-9, k)))) - lows) / (highs - lows)) * (wide - 2 * margin);
  const ticks = [0.01, 0.03, 0.1, 0.3, 1, 3, 10].map((k) =>
    element(
      'g',
      {},
      element('line', { x1: place(k), x2: place(k), y1: 104, y2: 110, class: 'axis' }),
      label(place(k), 127, String(k), { class: 'note', 'text-anchor': 'middle' }),
    ),
  );
  const mark = (k: number | undefined, name: string, y: number, kind: string): string =>
    k === undefined
      ? ''
      : element(
          'g',
          {},
          element('line', { x1: place(k), x2: place(k), y1: y + 6, y2: 104, class: kind }),
          label(place(k) + (place(k) > wide * 0.7 ? -6 : 6), y + 14, `${name} ${digits(k)}`, {
            class: 'note',
            'text-anchor': place(k) > wide * 0.7 ? 'end' : 'start',
          }),
        );
  const layers = breakEven.layers
    .filter((layer) => layer.spikesPerSynapse > 0)
    .map((layer) =>
      element(
        'circle',
        { cx: place(layer.spikesPerSynapse), cy: 95, r: 4.5, class: 'layer-dot' },
        title(`${layer.layer}: ${digits(layer.spikesPerSynapse)} spikes per synapse`),
      ),
    );
  return section(
    'break-even',
    'Does spiking pay?',
    breakEvenFinding(report),
    figure(
      'Break-even',
      'Spikes per synapse and inference, log scale; a dot is a layer, the shaded band is what the literature gives.',
      picture(
        'chart',
        [wide, 140],
        breakEvenFinding(report),
        element(
          'rect',
          { x: place(from), width: place(to) - place(from), y: 6, height: 98, class: 'band' },
          title(`${from} to ${to}: Dampfhoffer et al. 2023`),
        ),
        element('line', { x1: margin, x2: wide - margin, y1: 104, y2: 104, class: 'axis' }),
        ...ticks,
        mark(breakEven.inMemory, 'k* in memory', 0, 'mark'),
        mark(breakEven.inRegisters, 'k* in registers', 22, 'mark'),
        ...layers,
        mark(breakEven.spikesPerSynapse, 'this run', 48, 'mark hot'),
      ),
      element(
        'p',
        { class: 'small' },
        escape(
          `${breakEven.formula}. E_AC ${digits(costs.accumulate)}, E_MAC ${digits(costs.multiplyAccumulate)}, E_w ${digits(costs.weight)}, ` +
            `E_V ${digits(costs.membrane)} pJ (${digits(breakEven.membraneBits)}-bit membranes); ` +
            `${countText(breakEven.synapses)} synapses, ${countText(breakEven.sops)} operations.`,
        ),
      ),
    ),
  );
}
