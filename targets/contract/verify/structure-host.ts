// Structure of a host stage: a function that there is, its constants and operands as it wants them, numbers that are numbers.
import type { Fault } from '../fault.ts';
import type { HostStage, Program } from '../program.ts';
import type { Check } from './numbers.ts';
import { choiceWrong, shapeWrong } from '../faults.ts';
import { constantsOf, operandsOf } from '../host-work.ts';
import { hostFunctionOf, hostNames, isHostName } from '../host/index.ts';
import { spanLength } from '../units.ts';
import { limits } from './limits.ts';

/** Numbers of one constant list, and of the state of one stage. */
const mostNumbers = limits.planeElements;

export function checkHost(stage: HostStage, part: string, { planes }: Pick<Program, 'planes'>, check: Check, report: (fault: Fault) => void): void {
  if (!check.region(`${part}.out`, stage.out, planes)) return;
  if (!isHostName(stage.compute)) { report(choiceWrong(`${part}.compute`, hostNames.join(', '), stage.compute)); return; }
  const called = hostFunctionOf(stage.compute), wide = spanLength(stage.out.channels), names = stage.constants.map(({ name }) => name);
  const read = stage.from.reduce((sum, { channels }) => sum + spanLength(channels), 0);
  const sizes = [check.length(`${part}.from`, 'operands', called.operands.length, stage.from.length), check.length(`${part}.units`, 'units, one per channel read', read, stage.units.length),
    check.length(`${part}.scale`, 'units, one per channel made', wide, stage.scale.length), check.length(`${part}.range`, 'bounds, two per channel made', 2 * wide, stage.range.length)];
  for (const name of ['units', 'scale'] as const) {
    const odd = stage[name].find((unit) => !(Number.isFinite(unit) && unit > 0));
    if (odd !== undefined) report(choiceWrong(`${part}.${name}`, 'finite numbers above 0', String(odd)));
  }
  const falls = stage.range.findIndex((most, i) => i >= wide && most < stage.range[i - wide]);
  if (falls >= 0) report(choiceWrong(`${part}.range[${falls}]`, `at least ${stage.range[falls - wide]}, the least of its channel`, String(stage.range[falls])));
  if (names.join() !== called.constants.join()) { report(choiceWrong(`${part}.constants`, called.constants.join(', ') || 'none', names.join(', ') || 'none')); return; }
  stage.constants.forEach(({ name, values }) => {
    check.size(`${part}.constants.${name}`, 'numbers', values.length, mostNumbers);
    const odd = values.find((value) => !Number.isFinite(value));
    if (odd !== undefined) report(choiceWrong(`${part}.constants.${name}`, 'finite numbers', String(odd)));
  });
  if (!sizes.every(Boolean)) return;
  const operands = operandsOf(stage, { planes }), made = called.channels(operands, constantsOf(stage));
  if (typeof made === 'string') report(choiceWrong(`${part}.compute`, 'a function of these operands and constants', `${stage.compute}, which ${made}`));
  else if (made !== wide) report(shapeWrong(`${part}.out.channels`, 'number of channels', made, wide));
  check.size(part, 'numbers kept from step to step', (called.state?.(operands) ?? 0) * spanLength(stage.contexts), mostNumbers);
}
