// How many integers an output has.
import { positionsOf } from './geometry.ts';
import type { Plan } from './program.ts';

type Sized = Pick<Plan, 'stages' | 'planes'> & Readonly<{ steps: number }>;

/** Results of an output that are kept apart: one, or one per step or position. */
export function resultsKept({ stages, planes, steps }: Sized, output: string): number {
  const readout = stages.find((stage) => stage.kind === 'readout' && stage.output === output);
  return readout?.kind !== 'readout' ? 0 : (readout.keeps.steps ? steps : 1) * (readout.keeps.positions ? positionsOf(planes[readout.from.plane].grid) : 1);
}

/** All integers of an output: its channels, for every result that is kept apart. */
export function resultSize(program: Sized, output: string): number {
  const readout = program.stages.find((stage) => stage.kind === 'readout' && stage.output === output);
  return readout?.kind === 'readout' ? program.planes[readout.from.plane].channels * resultsKept(program, output) : 0;
}
