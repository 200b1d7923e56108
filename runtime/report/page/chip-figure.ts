// The chip seen from above: how full and how busy each core is, which layers sit on it, how loaded each link is.
import { partOf } from '../layout.ts';
import { chipFinding } from '../findings.ts';
import { bytesText, countText, percentText } from '../quantities.ts';
import type { Report } from '../schema.ts';
import { element, escape, figure, heat, heatScale, label, picture, section, table, title, number, shown, words, bar } from './markup.ts';
import { memories } from '../../../targets/contract/ledger.ts';
import { largestOf } from '../statistics.ts';

type Core = Report['cores'][number];
const pitch = 100,
  tile = 92;
/** Above this width a tile is too small on a screen for words and gauges. */
const mostWordy = 12;

/** What a tile can be coloured by; the first that the report has is shown first. Fractions of 1. */
const metricsOf = (report: Report): readonly Readonly<{ key: string; name: string; of(core: Core): number }>[] => [
  ...(report.timing
    ? [
        { key: 'busy', name: 'busy', of: (core: Core) => core.busy ?? 0 },
        { key: 'stalled', name: 'stalled', of: (core: Core) => core.stalled ?? 0 },
      ]
    : []),
  ...memories.map((memory) => ({
    key: memory,
    name: memory === 'axon' ? 'axon buffer' : memory === 'weight' ? 'weights' : memory === 'counter' ? 'counters' : memory === 'table' ? 'tables' : memory,
    of: (core: Core) => (report.target.memories[memory] > 0 ? core.footprint[partOf[memory]] / report.target.memories[memory] : 0),
  })),
  { key: 'depth', name: 'depth of layer', of: (core: Core) => ((core.layers[0] ?? 0) + 1) / report.model.layers.length },
];
const fitting = (name: string): string => (name.length > 15 ? `${name.slice(0, 14)}…` : name);
/** `block.0.attn.q_linear` on a tile: one line where several layers share it, two where it stands alone. */
function linesOf(names: readonly string[]): readonly string[] {
  if (names.length === 1) {
    const parts = names[0].split('.');
    return [parts.slice(0, -1).join('.'), parts[parts.length - 1]].filter(Boolean).map(fitting);
  }
  const short = names.map((name) =>
    fitting(name.split('.').slice(-2).join('.').length > 15 ? name.split('.').slice(-1)[0] : name.split('.').slice(-2).join('.')),
  );
  return short.length > 3 ? [...short.slice(0, 2), `+ ${short.length - 2} more`] : short;
}

function tileOf(report: Report, core: Core, index: number, fill: string, wordy: boolean, values: readonly number[]): string {
  const { width, io } = report.target,
    x = (core.core % width) * pitch + 4,
    y = Math.floor(core.core / width) * pitch + 4,
    names = core.layers.map((layer) => report.model.layers[layer]);
  const memory = (['weight', 'state', 'axon'] as const)
    .map((m) => `${m} ${percentText(report.target.memories[m] > 0 ? core.footprint[partOf[m]] / report.target.memories[m] : 0, 0)}`)
    .join(', ');
  const time = core.busy === undefined ? '' : `; busy ${percentText(core.busy)}, stalled ${percentText(core.stalled ?? 0)}`;
  const says = `core ${core.core}${core.core === io ? ' (io)' : ''}: ${names.join(', ')}; ${memory}${time}`;
  const gauge = (i: number, share: number, kind: string): string =>
    element('rect', { x: x + 8, y: y + 64 + i * 6, width: Math.min(1, share) * 76, height: 4, class: kind });
  const gauges = values.map((value, i) => gauge(i, 1, 'track') + gauge(i, value, 'gauge'));
  return element(
    'g',
    { class: `tile ${fill}`, 'data-core': index, tabindex: wordy ? 0 : undefined },
    title(says),
    element('rect', { x, y, width: tile, height: tile, rx: wordy ? 9 : 4, class: 'face' }),
    ...(wordy
      ? [
          label(x + 8, y + 19, String(core.core), { class: 'where' }),
          ...linesOf(names).map((line, i) => label(x + 8, y + 33 + i * 12, line, { class: 'what' })),
          ...gauges,
        ]
      : []),
  );
}

function coreMap(report: Report): string {
  const { width, height, deadCores } = report.target,
    metrics = metricsOf(report),
    [first] = metrics,
    wordy = width <= mostWordy,
    used = new Set(report.cores.map((core) => core.core)),
    dead = new Set(deadCores);
  const most = (metric: (typeof metrics)[number]): number => (metric.key === 'depth' ? 1 : largestOf(report.cores.map(metric.of)));
  const gauged = metrics.filter(({ key }) => ['busy', 'weight', 'state', 'axon'].includes(key));
  const empty = Array.from({ length: width * height }, (_, core) => core)
    .filter((core) => !used.has(core) || dead.has(core))
    .map((core) => `M${(core % width) * pitch + 4} ${Math.floor(core / width) * pitch + 4}h${tile}v${tile}h-${tile}z`)
    .join('');
  const buttons = metrics.map((metric, i) =>
    element(
      'button',
      {
        type: 'button',
        'data-metric': metric.key,
        'data-most': most(metric),
        'data-high': metric.key === 'depth' ? 'last layer' : percentText(most(metric), most(metric) < 0.1 ? 1 : 0),
        'data-values': report.cores.map((core) => Math.round(metric.of(core) * 1e4) / 1e4).join(' '),
        'aria-pressed': String(i === 0),
      },
      escape(metric.name),
    ),
  );
  return figure(
    'Core map',
    wordy
      ? `Colour: the chosen share, from nothing to the largest. Bars in a tile: ${gauged.map((metric) => metric.name).join(', ')}, each of its whole.`
      : 'Colour: the chosen share, from nothing to the largest. Point at a core to read it.',
    element('div', { class: 'choices', 'data-for': 'cores' }, ...buttons),
    element(
      'div',
      { class: 'zoomable' },
      picture(
        'map',
        [width * pitch, height * pitch],
        `Map of ${width} by ${height} cores, ${report.cores.length} used`,
        element('path', { d: empty || 'M0 0', class: 'empty' }),
        ...report.cores.map((core, index) =>
          tileOf(
            report,
            core,
            index,
            heat(first.of(core), most(first)),
            wordy,
            gauged.map((metric) => metric.of(core)),
          ),
        ),
      ),
    ),
    heatScale('0', first.key === 'depth' ? 'last layer' : percentText(most(first), most(first) < 0.1 ? 1 : 0)),
    element('p', { class: 'reading', 'aria-live': 'polite' }, 'Point at a core to read what it holds.'),
  );
}

function linkMap({ target, network, cores }: Report): string {
  const { links } = network,
    { width, height } = target;
  if (!links) return '';
  const most = largestOf(links),
    ahead = [
      [1, 0],
      [-1, 0],
      [0, -1],
      [0, 1],
    ],
    used = new Set(cores.map((core) => core.core));
  const drawn = links
    .flatMap((flits, link) => {
      const core = link >> 2,
        [dx, dy] = ahead[link & 3],
        x = core % width,
        y = Math.floor(core / width);
      if (flits <= 0 || x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) return [];
      // Two directions of one channel lie beside each other, each to the right of its way.
      const cx = (x + 0.5) * pitch - dy * 9,
        cy = (y + 0.5) * pitch + dx * 9;
      return [
        {
          flits,
          line: element(
            'line',
            {
              x1: cx + dx * 24,
              y1: cy + dy * 24,
              x2: cx + dx * 76,
              y2: cy + dy * 76,
              'stroke-width': 3 + (13 * flits) / most,
              class: `link ${heat(flits, most)}`,
            },
            title(`core ${core} to ${core + dx + dy * width}: ${countText(Math.round(flits))} flits a sample`),
          ),
        },
      ];
    })
    .sort((a, b) => a.flits - b.flits)
    .map(({ line }) => line);
  const routers = Array.from({ length: width * height }, (_, core) => {
    const x = ((core % width) + 0.5) * pitch,
      y = (Math.floor(core / width) + 0.5) * pitch;
    return { used: used.has(core), d: `M${x - 20} ${y - 20}h40v40h-40z` };
  });
  return figure(
    'Link loads',
    'Flits per timed sample over each directed link; wider and hotter is more. Traffic east runs below the line between two routers, traffic west above it.',
    element(
      'div',
      { class: 'zoomable' },
      picture(
        'map links',
        [width * pitch, height * pitch],
        `Link loads, busiest ${countText(Math.round(most))} flits`,
        element('path', {
          d:
            routers
              .filter((r) => !r.used)
              .map((r) => r.d)
              .join('') || 'M0 0',
          class: 'router spare',
        }),
        element('path', {
          d:
            routers
              .filter((r) => r.used)
              .map((r) => r.d)
              .join('') || 'M0 0',
          class: 'router',
        }),
        ...drawn,
      ),
    ),
    heatScale('0', `${countText(Math.round(most))} flits`),
  );
}

/** Memory: what is used in all, and how near the fullest core is to its limit. */
function memoryTable({ footprint, target }: Report): string {
  return table(
    'Memory',
    ['memory', '#used in all', '#a core has', '#fullest core', 'how full', '#which core'],
    footprint.fullest.map(({ memory, core, fraction }) => {
      const used = footprint.total[partOf[memory]];
      return [
        words(memory === 'axon' ? 'axon buffer' : memory),
        number(bytesText(used), used),
        number(bytesText(target.memories[memory]), target.memories[memory]),
        number(percentText(fraction), fraction),
        shown(bar([{ share: Math.min(1, fraction), kind: fraction > 0.9 ? 'c-synapses' : 'c-state', says: percentText(fraction) }]), fraction, 'wide'),
        number(String(core), core),
      ];
    }),
  );
}

export const chipSection = (report: Report): string =>
  section('chip', 'The chip', chipFinding(report), element('div', { class: 'pair' }, coreMap(report), linkMap(report)), memoryTable(report));
