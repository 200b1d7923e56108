// Faults of mapping: C4101 to C4199.
import type { Fault } from '../../targets/contract/fault.ts';

export const tooWideForCore = (layer: string, what: string, needed: number, available: number, hint: string): Fault =>
  ({ code: 'C4101', severity: 'error', at: { in: 'graph', node: layer },
  message: `"${layer}" needs ${needed} ${what} on one core; this target has ${available}`, hint });
export const memoryTooSmall = (layer: string, memory: string, needed: number, available: number, hint: string): Fault =>
  ({ code: 'C4102', severity: 'error', at: { in: 'graph', node: layer },
  message: `the smallest tile of "${layer}" needs ${needed} bytes of ${memory} memory; a core of this target has ${available}`, hint });
export const tooManyCores = (needed: number, available: number, width: number, height: number): Fault =>
  ({ code: 'C4103', severity: 'error', at: { in: 'option', option: '--mesh' },
  message: `the network takes ${needed} cores; the ${width}x${height} mesh has ${available} that live`, hint: `use a bigger mesh: --mesh ${meshFor(needed)}` });
export const linkIsDead = (from: number, to: number, stage: string): Fault => ({ code: 'C4104', severity: 'error', at: { in: 'graph', node: stage },
  message: `the X-then-Y route from core ${from} to core ${to} crosses a dead link`, hint: 'mark the cores behind the dead link as dead as well, or use another seed (--seed)' });

const meshFor = (cores: number): string => { const side = Math.ceil(Math.sqrt(cores)); return `${side}x${side}`; };
export const mappingBroke = (what: string): Fault => ({ code: 'C4105', severity: 'error', at: { in: 'program', part: 'mapping' },
  message: `the mapper broke its own law: ${what}`, hint: 'this is a bug of synfire: please report it with the model and the target' });
