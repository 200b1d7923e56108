// Catalogue of the simulator's faults, S####: one builder per code, sorted. S1: what it is given; S2: routers and traffic; S3: runs that do not end.
import type { Fault } from '../targets/contract/fault.ts';

/** Activities that do not belong to the program: timing and function ran different programs, or a file was changed. */
export const activityMismatch = (sample: number, stage: number, wanted: string, came: string): Fault => ({
  code: 'S1101', severity: 'error', at: { in: 'program', part: `activity of sample ${sample}, stage ${stage}` },
  message: `the activity of stage ${stage} in sample ${sample} should have ${wanted}; it has ${came}`,
  hint: 'time the same program that was simulated',
});

export const routerOutOfRange = (parameter: string, wanted: string, came: string): Fault => ({
  code: 'S2101', severity: 'error', at: { in: 'option', option: `router.${parameter}` },
  message: `router.${parameter} should be ${wanted}; it is ${came}`,
  hint: 'change it in the target file',
});

export const forkedWormhole = (route: number): Fault => ({
  code: 'S2102', severity: 'error', at: { in: 'program', part: `route ${route}` },
  message: `route ${route} forks, and this target switches by wormhole, where forks can lock each other`,
  hint: 'set router.switching = vct, or compile for router.multicast = no',
});

export const packetTooLong = (flits: number, buffer: number): Fault => ({
  code: 'S2103', severity: 'error', at: { in: 'option', option: 'flits' },
  message: `a packet of ${flits} flits does not fit a buffer of ${buffer}, as vct wants`,
  hint: `use packets of at most ${buffer} flits, router.bufferFlits = ${flits}, or wormhole switching`,
});

export const trafficOutOfRange = (option: string, wanted: string, came: string): Fault => ({
  code: 'S2104', severity: 'error', at: { in: 'option', option },
  message: `${option} should be ${wanted}; it is ${came}`,
  hint: `give ${option} as ${wanted}`,
});

/** Somebody waits and nothing moves. `chain` names who waits for whom, the earliest context first. */
export const noProgress = (core: number, step: number, cycle: number, chain: readonly string[]): Fault => ({
  code: 'S3101', severity: 'error', at: { in: 'run', core, step },
  message: `nothing has moved since cycle ${cycle}: ${chain.join('; ')}`,
  hint: 'this program cannot end on this target: check its windows, expected messages and routes with the program verifier',
});
