// Time: what each core did with it, how long samples took, when steps ended.
import { timeFinding } from '../findings.ts';
import { countText, percentText, plural, timeText, wholeText } from '../quantities.ts';
import type { Report } from '../schema.ts';
import { bar, element, escape, figure, label, legend, picture, section, title } from './markup.ts';

const wide = 1000;
/** Beyond this, columns are thinner than a pixel: areas are drawn instead. */
const mostColumns = 512;

function activity({ cores }: Report): string {
  const height = 220,
    ordered = [...cores].sort((a, b) => (b.busy ?? 0) - (a.busy ?? 0) || a.core - b.core),
    each = wide / Math.max(1, ordered.length),
    gap = each > 6 ? 1.5 : 0;
  const area = (top: (core: (typeof cores)[number]) => number, kind: string): string =>
    element('path', {
      class: kind,
      d: `M0 ${height}${ordered.map((core, i) => `V${(height * (1 - top(core))).toFixed(2)}H${((i + 1) * each).toFixed(2)}`).join('')}V${height}z`,
    });
  const columns = ordered.map((core, i) => {
    const busy = (core.busy ?? 0) * height,
      stalled = (core.stalled ?? 0) * height,
      x = i * each,
      width = each - gap;
    return element(
      'g',
      {},
      title(
        `core ${core.core}: busy ${percentText(core.busy ?? 0)}, stalled ${percentText(core.stalled ?? 0)}, idle ${percentText(core.idle ?? 0)}; ` +
          `queue up to ${plural(core.injection ?? 0, 'flit')}, ${plural(core.waiting ?? 0, 'message')} waiting`,
      ),
      element('rect', { x, width, height, class: 'a-idle' }),
      element('rect', { x, y: height - busy, width, height: busy, class: 'a-busy' }),
      element('rect', { x, y: height - busy - stalled, width, height: stalled, class: 'a-stalled' }),
    );
  });
  const drawn =
    ordered.length > mostColumns
      ? [
          element('rect', { width: wide, height, class: 'a-idle' }),
          area((core) => (core.busy ?? 0) + (core.stalled ?? 0), 'a-stalled'),
          area((core) => core.busy ?? 0, 'a-busy'),
        ]
      : columns;
  return figure(
    'What each core did',
    `${plural(cores.length, 'core')}, busiest first; a column is the whole time of the timed samples.`,
    element(
      'svg',
      {
        class: 'columns',
        viewBox: `0 0 ${wide} ${height}`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': 'busy, stalled and idle share of each core',
      },
      ...drawn,
    ),
    legend([
      { kind: 'a-busy', name: 'busy' },
      { kind: 'a-stalled', name: 'stalled: its way out was full' },
      { kind: 'a-idle', name: 'idle' },
    ]),
  );
}

function latency({ timing }: Report): string {
  if (!timing) return '';
  const bins = 48,
    low = timing.cycles.least,
    range = timing.cycles.most - low || 1,
    margin = 40,
    place = (cycles: number): number => margin + ((cycles - low) / range) * (wide - 2 * margin),
    counts = new Array<number>(bins).fill(0);
  for (const cycles of timing.perSample) counts[Math.min(bins - 1, Math.floor(((cycles - low) / range) * bins))]++;
  const most = Math.max(1, ...counts),
    unit = Math.min(18, 96 / most),
    width = (wide - 2 * margin) / bins;
  const dots = counts.flatMap((count, bin) =>
    count === 0
      ? []
      : [
          element(
            'rect',
            { x: margin + bin * width + 1, y: 130 - count * unit, width: width - 2, height: count * unit, rx: 2, class: 'a-busy' },
            title(`${plural(count, 'sample')} around ${wholeText(low + ((bin + 0.5) / bins) * range)} cycles`),
          ),
        ],
  );
  // Names of near marks would overlap: the first reads to the left of its line, the second to the right.
  const mark = (cycles: number, name: string, anchor: 'start' | 'end'): string =>
    element(
      'g',
      {},
      element('line', { x1: place(cycles), x2: place(cycles), y1: 24, y2: 136, class: 'mark' }),
      label(place(cycles) + (anchor === 'end' ? -6 : 6), 20, name, { class: 'note', 'text-anchor': anchor }),
    );
  const right = place(timing.cycles.p99) > wide * 0.75;
  return figure(
    'Latency',
    `${plural(timing.samples, 'timed sample')} at fidelity ${timing.fidelity} (${timing.called}). Nearest-rank percentiles.`,
    picture(
      'chart',
      [wide, 170],
      `median ${timeText(timing.seconds.p50)}, 99th percentile ${timeText(timing.seconds.p99)}`,
      element('line', { x1: margin, x2: wide - margin, y1: 131, y2: 131, class: 'axis' }),
      ...dots,
      mark(timing.cycles.p50, `p50 ${timeText(timing.seconds.p50)}`, place(timing.cycles.p50) > wide * 0.25 ? 'end' : 'start'),
      timing.samples > 1 && mark(timing.cycles.p99, `p99 ${timeText(timing.seconds.p99)}`, right ? 'end' : 'start'),
      label(margin, 156, `${wholeText(low)} cycles`, { class: 'note' }),
      label(wide - margin, 156, `${wholeText(timing.cycles.most)} cycles`, { class: 'note', 'text-anchor': 'end' }),
    ),
  );
}

function steps({ timing }: Report): string {
  if (!timing || timing.cycles.mean === 0) return '';
  let before = 0;
  const parts = timing.stepEnds.map((end, step) => {
    const part = { share: Math.max(0, end - before) / timing.cycles.mean, kind: `s${step % 2}`, says: `step ${step} ends at cycle ${wholeText(end)}` };
    before = Math.max(before, end);
    return part;
  });
  return figure(
    'When steps end',
    `Mean cycle at which the last context of each step was done. ${countText(timing.samplesPerSecond)} samples a second, one after the other.`,
    bar(parts, 'bar tall'),
    element('p', { class: 'small' }, timing.stepEnds.map((end, step) => escape(`step ${step}: ${wholeText(end)}`)).join(' · ')),
  );
}

export const timeSection = (report: Report): string =>
  section('time', 'Time', timeFinding(report), ...(report.timing ? [activity(report), latency(report), steps(report)] : []));
