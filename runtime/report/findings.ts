// What the numbers say, in sentences: the same for terminal and page, computed from the report and nothing else.
import { causes } from '../energy/dialect.ts';
import { countText, digits, energyText, percentText, plural, timeText, wholeText } from './quantities.ts';
import type { Report } from './schema.ts';

const largest = <T>(items: readonly T[], size: (item: T) => number): T | undefined =>
  items.reduce<T | undefined>((best, item) => (best === undefined || size(item) > size(best) ? item : best), undefined);
const sentences = (...parts: readonly (string | false | undefined)[]): string =>
  parts
    .filter(Boolean)
    .map((part) => `${part}.`)
    .join(' ');
/** The account the headlines come from. */
export const hardwareOf = (report: Report): Report['energy'][number] => report.energy.find((energy) => energy.dialect === 'hardware') ?? report.energy[0];

export function energyFinding(report: Report): string {
  const energy = hardwareOf(report),
    cause = largest(energy.causes, (c) => c.total),
    layer = largest(energy.layers, (l) => l.total),
    whole = energy.dynamic.total;
  if (!cause || !layer || whole === 0) return 'No dynamic energy was spent.';
  const name = causes[cause.cause][0].toUpperCase() + causes[cause.cause].slice(1);
  return sentences(
    `${name}: ${percentText(cause.total / whole, 0)} of the dynamic energy`,
    `The dearest layer, ${layer.layer}, takes ${percentText(layer.total / whole, 0)}`,
    energy.leakage && `Leakage is ${digits(energy.leakage.total / whole)} times the dynamic energy`,
  );
}

/** What runs outside the chip; undefined where nothing does. */
export function hostFinding({ hosted, energy }: Report): string | undefined {
  if (hosted.length === 0) return undefined;
  const operations = hosted.reduce((sum, stage) => sum + stage.operations, 0), most = largest(hosted, (stage) => stage.operations), values = hosted.reduce((sum, { read, made }) => sum + read + made, 0);
  return sentences(
    `${plural(hosted.length, 'layer')} on the host: ${countText(operations)} float64 operations and ${countText(values)} values moved a sample, in ${energy.length === 1 ? 'no energy' : 'none of the energies'}`,
    most && hosted.length > 1 && `Most of it is ${most.does} of ${most.layer}`,
  );
}

/** What weight matrices see, the exceptions by name. */
export function censusFinding({ census }: Report): string | undefined {
  if (census.length === 0) return undefined;
  const binary = census.filter((row) => row.binary === 1), graded = census.filter((row) => row.graded > 0), ternary = census.filter((row) => row.ternary > 0), real = census.filter((row) => row.real > 0), silent = census.filter((row) => row.binary + row.ternary + row.graded + row.real === 0);
  const named = (rows: Report['census'], says: (row: Report['census'][number]) => string): string => `${rows.slice(0, 3).map((row) => `${row.layer}${says(row)}`).join(', ')}${rows.length > 3 ? ` and ${rows.length - 3} more` : ''}`;
  return sentences(
    `${binary.length} of ${wholeText(census.length)} weight ${census.length === 1 ? 'matrix' : 'matrices'} see${binary.length === 1 ? 's' : ''} binary spikes only`,
    graded.length > 0 && `Counts: ${named(graded, (row) => ` (${percentText(row.graded, 0)})`)}`,
    ternary.length > 0 && `Signs: ${named(ternary, () => '')}`,
    real.length > 0 && `Real numbers: ${named(real, ({ where }) => ({ step: '', once: ' (once a sample)', host: ' (on the host)' })[where])}`,
    silent.length > 0 && `Nothing: ${named(silent, () => '')}`,
  );
}

export function timeFinding({ timing, cores }: Report): string {
  if (!timing) return 'No sample was timed.';
  const busiest = largest(cores, (core) => core.busy ?? 0),
    busy = cores.reduce((sum, core) => sum + (core.busy ?? 0), 0) / Math.max(1, cores.length),
    stalled = cores.reduce((sum, core) => sum + (core.stalled ?? 0), 0) / Math.max(1, cores.length);
  return sentences(
    `Half of the samples end within ${timeText(timing.seconds.p50)}, 99 % within ${timeText(timing.seconds.p99)} (${timing.called})`,
    busiest && `Cores are busy ${percentText(busy, 0)} of the time on average and stalled ${percentText(stalled)}`,
    busiest && `Core ${busiest.core} is the busiest at ${percentText(busiest.busy ?? 0, 0)}`,
  );
}

export function chipFinding(report: Report): string {
  const { footprint, target, model } = report,
    full = largest(footprint.fullest, (f) => f.fraction);
  return sentences(
    `${plural(model.layers.length, 'layer')} on ${plural(footprint.cores, 'core')} of ${wholeText(target.width * target.height)}`,
    full && `The fullest memory is the ${full.memory} memory of core ${full.core}: ${percentText(full.fraction, 0)}`,
  );
}

export function spikeFinding({ firing, operations }: Report): string {
  const most = largest(firing.layers, (layer) => layer.rate),
    sops = largest(operations.layers, (layer) => layer.sops);
  if (!most || firing.nasfr === undefined) return 'No spiking layer was recorded.';
  return sentences(
    `A neuron fires in ${percentText(firing.nasfr)} of its steps; ${most.name} is the liveliest at ${percentText(most.rate)}`,
    sops && sops.sops > 0 && `${sops.layer} does the most work: ${countText(sops.sops)} synaptic operations a sample`,
  );
}

export function accuracyFinding({ accuracy }: Report): string {
  if (accuracy.samples === 0) return 'No sample was run.';
  const { chip, float, agreement, interval } = accuracy;
  const parts = [
    chip !== undefined && interval
      ? `The chip answers ${percentText(chip)} of ${plural(accuracy.samples, 'sample')} rightly (95 %: ${percentText(interval[0])} to ${percentText(interval[1])})`
      : `${plural(accuracy.samples, 'sample')}, no labels`,
    float !== undefined && chip !== undefined ? `${digits(Math.abs(chip - float) * 100)} points ${chip < float ? 'below' : 'above'} the float network` : '',
    agreement !== undefined ? `both give the same answer for ${percentText(agreement)}` : 'no float reference was run',
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}

/** What was looked for, and how often it was found. */
export const retrievalParts = ({ metric, rows, queries, ties, recall }: NonNullable<Report['retrieval']>): readonly string[] => [
  `nearest of ${plural(rows, 'row')} by ${metric}`,
  ...(recall.length === 0
    ? [`${queries === 1 ? '1 query' : `${wholeText(queries)} queries`}, no labels: recall is not known`]
    : recall.map(({ at, chip, float }) => `recall@${at} ${percentText(chip)}${float === undefined ? '' : ` (float ${percentText(float)})`}`)),
  ...(recall.length === 0 ? [] : [queries === 1 ? '1 query' : `${wholeText(queries)} queries`]),
  ...(ties ? [plural(ties, 'tie')] : []),
];

export function breakEvenFinding({ breakEven }: Report): string {
  const { spikesPerSynapse: k, inMemory, inRegisters } = breakEven;
  if (k === undefined) return 'No synapse sees spikes.';
  if (inMemory === undefined || inRegisters === undefined)
    return `k = ${digits(k)} spikes per synapse and inference; the target prices spikes at nothing, so there is no break-even.`;
  const verdict =
    k < inMemory
      ? 'below both break-even points: spiking pays even with every membrane access in memory'
      : k < inRegisters
        ? 'between the two: spiking pays only while sums stay in registers'
        : 'above both: an int8 layer on the same memories would cost less';
  return `k = ${digits(k)} spikes per synapse and inference, ${verdict} (k* = ${digits(inMemory)} in memory, ${digits(inRegisters)} in registers).`;
}

/** Where the integers differ from the real network, by mechanism. */
export function exactnessFinding(verdicts: Report['verdicts']): string {
  const lossy = verdicts.filter((verdict) => !verdict.exact),
    nodes = new Set(verdicts.map(({ node }) => node)).size,
    exact = nodes - new Set(lossy.map(({ node }) => node)).size,
    mechanisms = [...new Set(lossy.map(({ mechanism }) => mechanism))];
  if (lossy.length === 0) return 'Integers carry every constant exactly';
  return `Exact in ${exact} of ${plural(nodes, 'node')}; rounded: ${mechanisms.map((name) => `${name} in ${lossy.filter(({ mechanism }) => mechanism === name).length}`).join(', ')}`;
}

export function trustFinding({ verification, passes, verdicts, divergence }: Report): string {
  const differing = verification.differences === 0 ? 'Not one' : countText(verification.differences),
    of = `of ${countText(verification.spikes)} spikes differs from the integer evaluation`;
  return sentences(
    verification.samples === 0 ? 'No spike was checked against the integer evaluation' : `${differing} ${of} (${plural(verification.samples, 'sample')})`,
    passes.length > 0 && exactnessFinding(verdicts),
    divergence.length > 0 && `Float and chip first part in ${divergence[0].layer}, step ${divergence[0].step} of sample ${divergence[0].sample}`,
  );
}
