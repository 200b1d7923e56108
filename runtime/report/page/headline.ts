// Top of the page: what ran on what, the numbers a person came for, and the warnings they must know first.
import { hardwareOf } from '../findings.ts';
import { bytesText, countText, digits, energyText, percentText, plural, powerText, timeText, wholeText } from '../quantities.ts';
import type { Report } from '../schema.ts';
import { element, escape } from './markup.ts';

const card = (name: string, value: string, ...notes: readonly (string | false | undefined)[]): string =>
  element(
    'div',
    { class: 'card' },
    element('dt', {}, escape(name)),
    element('dd', {}, element('strong', {}, ...unitApart(value)), ...notes.filter(Boolean).map((note) => element('small', {}, escape(note as string)))),
  );
/** The unit small beside the number. */
const unitApart = (value: string): readonly string[] => {
  const [amount, ...unit] = value.split(' ');
  return [escape(amount), unit.length > 0 && element('span', {}, escape(unit.join(' ')))].filter(Boolean) as string[];
};
const bandText = ([low, high]: readonly [number, number]): string => (low === high ? '' : `band ${energyText(low)} to ${energyText(high)}`);

export function header({ model, target, options, samples, partial, reference, host }: Report): string {
  const facts = [
    `${target.name}, ${target.width} × ${target.height} cores of ${target.axons} × ${target.neurons}`,
    `${target.nanometres} nm, ${target.volts} V, ${digits(target.hertz / 1e6)} MHz`,
    `T = ${model.steps}`,
    `${options.bits} bit, scale ${options.scale}`,
    `residual ${options.residual}`,
    model.parameters > 0 ? `${countText(model.parameters)} parameters` : '',
    reference ? `float on ${reference.engine}` : 'no float reference',
    typeof host.imagesPerSecond === 'number' ? `${digits(host.imagesPerSecond)} images/s on this machine` : '',
  ];
  return element(
    'header',
    {},
    element('p', { class: 'brand' }, 'synfire', element('span', {}, 'report')),
    element('h1', {}, escape(model.name), partial && element('em', {}, `partial: ${wholeText(samples.function)} of ${wholeText(samples.requested)}`)),
    element('p', { class: 'facts' }, ...facts.filter(Boolean).map((fact) => element('span', {}, escape(fact)))),
  );
}

export function cards(report: Report): string {
  const { accuracy, timing, operations, efficiency, footprint, firing, verification } = report,
    energy = hardwareOf(report),
    { interval } = accuracy,
    power = efficiency.averagePowerMilliwatts,
    cost = efficiency.picojoulesPerSop;
  return element(
    'dl',
    { class: 'cards' },
    accuracy.chip !== undefined
      ? card(
          'Accuracy on the chip',
          percentText(accuracy.chip),
          interval && `95 %: ${percentText(interval[0])} to ${percentText(interval[1])}`,
          accuracy.float !== undefined && `float ${percentText(accuracy.float)}`,
        )
      : card('Accuracy', 'not known', 'the data has no labels'),
    accuracy.agreement !== undefined
      ? card('Agreement with float', percentText(accuracy.agreement), plural(accuracy.samples, 'sample'), plural(accuracy.ties, 'tie'))
      : card('Agreement', 'not known', 'no float reference was run'),
    card(
      'Spikes that differ',
      verification.samples > 0 ? wholeText(verification.differences) : 'not checked',
      verification.samples > 0 && `of ${countText(verification.spikes)}, chip against integer evaluation`,
      verification.samples > 0 && plural(verification.samples, 'sample'),
    ),
    timing
      ? card(
          'Latency, median',
          timeText(timing.seconds.p50),
          `p99 ${timeText(timing.seconds.p99)}`,
          `${wholeText(timing.cycles.p50)} ${timing.fidelity === 'analytic' ? 'cycles at least' : timing.called}`,
        )
      : card('Latency', 'not timed'),
    card('Dynamic energy', energyText(energy.dynamic.total), 'per sample', bandText(energy.dynamic.band)),
    energy.leakage
      ? card('Leakage', energyText(energy.leakage.total), power && `${powerText(power.total)} on average, all told`, bandText(energy.leakage.band))
      : card('Leakage', 'not known', 'nothing was timed'),
    card(
      'Synaptic operations',
      countText(operations.sops),
      cost && `${digits(cost.dynamic)} pJ each, dynamic`,
      cost?.total !== undefined && `${digits(cost.total)} pJ with leakage`,
    ),
    card(
      'Cores',
      `${wholeText(footprint.cores)}`,
      `${bytesText(footprint.bytes)} of memory`,
      firing.nasfr !== undefined && `NASFR ${percentText(firing.nasfr)}`,
    ),
  );
}

export function warnings({ faults }: Report): string {
  if (faults.length === 0) return '';
  const errors = faults.filter((fault) => fault.severity === 'error'),
    ordered = [...errors, ...faults.filter((fault) => fault.severity !== 'error')];
  return element(
    'aside',
    { class: errors.length > 0 ? 'faults wrong' : 'faults' },
    element('h2', {}, errors.length > 0 ? 'Wrong' : 'Read with care'),
    element(
      'ul',
      {},
      ...ordered.map((fault) =>
        element(
          'li',
          {},
          element('code', { class: fault.severity }, escape(fault.code)),
          ` ${escape(fault.message)}`,
          fault.hint !== undefined && element('small', {}, escape(fault.hint)),
        ),
      ),
    ),
  );
}
