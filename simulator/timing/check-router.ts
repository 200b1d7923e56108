// Which router parameters the flit-level network can run.
import type { Fault } from '../../targets/contract/fault.ts';
import { routerTimings } from '../../targets/contract/arch.ts';
import { routerOutOfRange } from '../faults.ts';
import { flightCycles, turnaroundCycles } from './latency.ts';
import type { Router } from './latency.ts';

const isCount = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;

/**
 * Every parameter that the network cannot run, none if it can: whole cycles, 1 to 32 channels (their sets are the bits of a word), at least one cycle between two routers
 * (else a cycle would depend on the order in which routers are visited). Faults: S2101.
 */
export function checkRouter(router: Router): readonly Fault[] {
  const faults: Fault[] = [];
  const want = (parameter: string, value: number, least: number, most: number): void => {
    if (!isCount(value, least, most)) faults.push(routerOutOfRange(parameter, `a whole number from ${least} to ${most}`, String(value)));
  };
  want('virtualChannels', router.virtualChannels, 1, 32);
  want('bufferFlits', router.bufferFlits, 1, 65536);
  want('injectionFlits', router.injectionFlits, 1, 65536);
  want('flitBits', router.flitBits, 1, 65536);
  for (const part of routerTimings) want(`cycles.${part}`, router.cycles[part], 0, 1024);
  if (faults.length > 0) return faults;
  if (flightCycles(router) < 1) faults.push(routerOutOfRange('cycles.link', 'at least 1 together with switchAllocate and traverse', '0'));
  if (turnaroundCycles(router) < 1) faults.push(routerOutOfRange('cycles.credit', 'at least 1 together with switchAllocate and link', '0'));
  return faults;
}
