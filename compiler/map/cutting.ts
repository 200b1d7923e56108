// What the cutting rules write to.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import type { Plan, Stage, WeightBlock } from '../../targets/contract/program.ts';
import type { PlaneId, StageId } from '../../targets/contract/units.ts';

/** Stages on one core. io: source, readout and host stages, which live on the target's io tile. */
export type Unit = Readonly<{ stages: readonly StageId[]; io: boolean }>;
export type CutPlan = Readonly<{ plan: Plan; units: readonly Unit[] }>;

type Uncut<S> = S extends Stage ? Omit<S, 'id'> : never;
/** A stage refers to stages cut before it by their new ids. banks: steps of a plane that the window of a reader (a stage of the uncut plan) holds. */
export type Cutting = Readonly<{ plan: Plan; arch: Arch; steps: number; banks(reader: StageId, plane: PlaneId): number; stage(stage: Uncut<Stage>): StageId; block(block: WeightBlock): number; unit(stages: readonly StageId[], io?: boolean): void; report(fault: Fault): void }>;
