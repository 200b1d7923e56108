// The summary on a terminal: what a person wants to know first, in one screen.
import picocolors from 'picocolors';
import { causes } from '../energy/dialect.ts';
import { breakEvenFinding, censusFinding, hardwareOf, hostFinding, retrievalParts, trustFinding } from './findings.ts';
import { bytesText, countText, digits, energyText, percentText, plural, powerText, timeText, wholeText } from './quantities.ts';
import type { Report } from './schema.ts';
import { largestOf } from './statistics.ts';

type Style = ReturnType<typeof picocolors.createColors>;
type Row = (label: string, ...parts: readonly (string | false | undefined)[]) => string;
const labelWidth = 14,
  barWidth = 24,
  lineWidth = 100;
const visible = (text: string): number => text.replace(/\x1b\[\d+m/g, '').length;
/** Packs parts into lines of at most `lineWidth`; a part never breaks. */
function packed(parts: readonly string[], between: string): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.length - 1;
    if (last >= 0 && visible(lines[last]) + visible(between) + visible(part) <= lineWidth) lines[last] += between + part;
    else lines.push(part);
  }
  return lines;
}
const sentence = (text: string): string => packed(text.split(' '), ' ').join('\n');
/** Lines with the label before the first and room for it before the others. */
const rowOf =
  (style: Style): Row =>
  (label, ...parts) =>
    packed(
      parts.filter((part): part is string => Boolean(part)),
      style.dim(' · '),
    )
      .flatMap((line) => line.split('\n'))
      .map((line, i) => `  ${style.dim((i === 0 ? label : '').padEnd(labelWidth))}${line}`)
      .join('\n');
/** A horizontal bar of eighth blocks. */
const bar = (fraction: number): string => {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * barWidth * 8),
    rest = eighths % 8;
  return '█'.repeat(eighths >> 3) + (rest > 0 ? ' ▏▎▍▌▋▊▉'[rest] : '');
};

/**
 * Summary of a report as lines of text, newline at the end.
 * @param options.color ANSI colours or none; the caller decides (NO_COLOR, FORCE_COLOR, TTY)
 */
export function terminalSummary(report: Report, { color }: Readonly<{ color: boolean }>): string {
  const style = picocolors.createColors(color);
  return (
    [head(report, style), '', ...headlines(report, style, rowOf(style)), '', ...energyBars(report, style), '', ...warnings(report, style)]
      .join('\n')
      .replace(/\n+$/, '\n') + '\n'
  );
}

const head = ({ model, target, partial }: Report, style: Style): string => {
  const chip = `(${target.width} x ${target.height}, ${target.nanometres} nm, ${digits(target.hertz / 1e6)} MHz)`;
  return [style.bold(model.name), style.dim('on'), style.bold(target.name), style.dim(chip), ...(partial ? [style.yellow('PARTIAL')] : [])].join(' ');
};

function headlines(report: Report, style: Style, row: Row): readonly string[] {
  const { accuracy, reference, timing, operations, efficiency, footprint, firing, options, verification, samples, network } = report,
    energy = hardwareOf(report),
    hosted = hostFinding(report),
    seen = censusFinding(report),
    literature = report.energy.find((e) => e.dialect === 'literature');
  const sure =
      verification.samples > 0 && verification.differences === 0
        ? style.green('exact')
        : verification.differences > 0
          ? style.red('DIFFERS')
          : style.yellow('unchecked'),
    interval = accuracy.interval;
  const band = ({ band: [low, high], total }: { band: readonly number[]; total: number }): string =>
    (low === high ? '' : style.dim(` (${energyText(low)} to ${energyText(high)})`)) + (total === 0 ? style.dim(' nothing') : '');
  return [
    row(
      'accuracy',
      accuracy.chip !== undefined && style.bold(percentText(accuracy.chip)),
      interval && `95 %: ${percentText(interval[0])} to ${percentText(interval[1])}`,
      accuracy.float !== undefined && `float ${percentText(accuracy.float)}`,
      accuracy.agreement !== undefined && `agreement ${percentText(accuracy.agreement)}`,
      plural(accuracy.samples, 'sample'),
      accuracy.ties > 0 && plural(accuracy.ties, 'tie'),
    ),
    ...(report.retrieval ? [row('retrieval', ...retrievalParts(report.retrieval))] : []),
    row(
      'reference',
      reference ? `float on ${reference.engine}` : 'no float reference',
      ...(reference?.reasons.map(({ engine, reason }) => style.dim(`not ${engine}: ${reason}`)) ?? []),
    ),
    row('chip', sure),
    row('', sentence(trustFinding(report))),
    timing
      ? row(
          'latency',
          style.bold(`p50 ${timeText(timing.seconds.p50)}`),
          `p99 ${timeText(timing.seconds.p99)}`,
          `${wholeText(timing.cycles.p50)} cycles`,
          `${timing.fidelity}, ${plural(timing.samples, 'sample')}${timing.fidelity === 'analytic' ? ': lower bound' : ''}`,
        )
      : row('latency', 'not timed'),
    row(
      'energy',
      style.bold(`dynamic ${energyText(energy.dynamic.total)}`) + band(energy.dynamic),
      energy.leakage ? style.bold(`leakage ${energyText(energy.leakage.total)}`) + band(energy.leakage) : 'leakage not known: nothing timed',
    ),
    row(
      '',
      efficiency.picojoulesPerSop && `${digits(efficiency.picojoulesPerSop.dynamic)} pJ per SOP dynamic`,
      efficiency.picojoulesPerSop?.total !== undefined && `${digits(efficiency.picojoulesPerSop.total)} with leakage`,
      efficiency.averagePowerMilliwatts && `${powerText(efficiency.averagePowerMilliwatts.total)} average`,
    ),
    ...(literature ? [row('', ...literature.variants.map((variant) => style.dim(`literature, ${variant.name}: ${energyText(variant.total)}`)))] : []),
    row(
      'operations',
      `${countText(operations.sops)} SOPs`,
      `${countText(operations.perSample.mac)} MACs`,
      `${countText(operations.perSample.update)} updates`,
      `${countText(firing.spikes)} spikes`,
      firing.nasfr !== undefined && `NASFR ${percentText(firing.nasfr)}`,
    ),
    ...(seen ? [row('inputs', sentence(seen))] : []),
    row(
      'layout',
      plural(footprint.cores, 'core'),
      `${bytesText(footprint.total.weights)} weights`,
      `${bytesText(footprint.bytes)} in all`,
      `${countText(network.flits)} flits`,
      `residual ${options.residual}`,
    ),
    ...(hosted ? [row('host', sentence(hosted))] : []),
    row('break-even', sentence(breakEvenFinding(report))),
    row('digest', style.dim(report.digest), samples.function < samples.requested && style.yellow(`${samples.function} of ${samples.requested} samples`)),
  ];
}

function energyBars(report: Report, style: Style): readonly string[] {
  const energy = hardwareOf(report),
    whole = energy.dynamic.total,
    most = largestOf(energy.causes.map((c) => c.total));
  if (whole === 0) return [];
  const width = Math.max(...energy.causes.map(({ cause }) => causes[cause].length)) + 2;
  return [
    `  ${style.bold('dynamic energy per sample')}`,
    ...[...energy.causes]
      .sort((a, b) => b.total - a.total)
      .map(
        ({ cause, total }) =>
          `  ${causes[cause].padEnd(width)}${style.red(bar(total / most).padEnd(barWidth))} ${energyText(total).padStart(9)} ${percentText(total / whole).padStart(7)}`,
      ),
  ];
}

/** Every warning once, errors first. */
function warnings({ faults }: Report, style: Style): readonly string[] {
  return [...faults]
    .sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1))
    .flatMap((fault) =>
      [...sentence(fault.message).split('\n'), ...(fault.hint ? [style.dim(`hint: ${fault.hint}`)] : [])].map(
        (line, i) => `  ${i === 0 ? (fault.severity === 'error' ? style.red : style.yellow)(fault.code.padEnd(6)) : ' '.repeat(6)} ${line}`,
      ),
    );
}
