// What a host stage does in one step: the one account for ledger and report.
import { positionsOf } from './geometry.ts';
import type { Constants, Operand } from './host/host-function.ts';
import { hostFunctionOf } from './host/index.ts';
import type { HostStage, Plan } from './program.ts';
import { spanLength } from './units.ts';

export const operandsOf = ({ from }: Pick<HostStage, 'from'>, { planes }: Pick<Plan, 'planes'>): readonly Operand[] => from.map(({ plane, channels }) => ({ positions: positionsOf(planes[plane].grid), channels: spanLength(channels) }));
export const constantsOf = ({ constants }: Pick<HostStage, 'constants'>): Constants => Object.fromEntries(constants.map(({ name, values }) => [name, values]));

/** Values that go out, each once however many positions look at it, values that come back, and the arithmetic between. */
export function hostWork(stage: HostStage, plan: Pick<Plan, 'planes'>): Readonly<{ read: number; made: number; operations: number }> {
  const operands = operandsOf(stage, plan), contexts = spanLength(stage.contexts);
  return { read: operands.reduce((sum, { positions, channels }) => sum + positions * channels, 0), made: contexts * spanLength(stage.out.channels),
    operations: contexts * hostFunctionOf(stage.compute).operations(operands, constantsOf(stage)) };
}
