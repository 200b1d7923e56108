// What the checks of one program share: who writes each plane, who takes each sum, which core each stage is on.
import type { Arch } from '../arch.ts';
import type { Program, Region } from '../program.ts';
import type { PlaneId, StageId } from '../units.ts';
import { outputsOf } from '../program.ts';
import { coreOf } from './cores.ts';

/** One output of one stage that is a region of a plane. */
export type Writer = Readonly<{ stage: StageId; output: number; region: Region }>;

export type Survey = Readonly<{ program: Program; arch: Arch;
  /** Core of each stage, -1 for none. */
  cores: Int32Array;
  /** Writers of each plane, in order of stages. */
  writers: ReadonlyMap<PlaneId, readonly Writer[]>;
  /** Stages that take the sums of each synapse or attend stage: the tile after it, or the soma. */
  takers: ReadonlyMap<StageId, readonly StageId[]> }>;

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const found = map.get(key);
  if (found) found.push(value); else map.set(key, [value]);
}

export function surveyOf(program: Program, arch: Arch): Survey {
  const writers = new Map<PlaneId, Writer[]>(), takers = new Map<StageId, StageId[]>();
  for (const stage of program.stages) {
    outputsOf(stage).forEach((region, output) => { if (region !== 'sums') append(writers, region.plane, { stage: stage.id, output, region }); });
    if (stage.kind === 'synapse' && stage.after !== undefined) append(takers, stage.after, stage.id);
    if (stage.kind === 'soma') for (const sum of stage.sums) append(takers, sum, stage.id);
  }
  return { program, arch, cores: coreOf(program), writers, takers };
}
