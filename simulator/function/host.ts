// Host stages: the function of the contract on the values of its operands, step by step.
import { spanLength } from '../../targets/contract/units.ts';
import type { HostStage } from '../../targets/contract/program.ts';
import { constantsOf, operandsOf } from '../../targets/contract/host-work.ts';
import { hostFunctionOf } from '../../targets/contract/host/index.ts';
import { startHost } from '../../targets/contract/host/run-host.ts';
import { valueView, writeValues } from './planes.ts';
import type { Runner, Workspace } from './workspace.ts';

export function prepareHost(stage: HostStage, workspace: Workspace): Runner {
  const { program: { planes, steps }, planes: stores } = workspace, called = hostFunctionOf(stage.compute), channels = spanLength(stage.out.channels), contexts = spanLength(stage.contexts);
  const operands = operandsOf(stage, { planes }), constants = constantsOf(stage);
  const read = operands.map((operand) => new Float64Array(operand.positions * operand.channels)), made = new Int32Array(contexts * channels), counts = new Int32Array(steps * contexts);
  const scratches = stage.from.map(({ plane }) => new Int32Array(stores[plane].stride > 0 ? stores[plane].positions * stores[plane].channels : 0));
  return () => {
    // State is cleared before every sample: it starts here.
    const step = startHost(called, operands, channels, constants, { units: stage.units, scale: stage.scale, range: stage.range, rounding: 'whole' });
    for (let at = 0; at < steps; at++) {
      stage.from.forEach((region, i) => {
        const view = valueView(stores[region.plane], at, region, scratches[i]), wide = operands[i].channels;
        for (let position = 0, to = 0; position < operands[i].positions; position++) {
          for (let c = 0, from = view.at + position * view.channels + view.first; c < wide; c++) read[i][to++] = view.values[from + c];
        }
      });
      step(read, made);
      writeValues(stores[stage.out.plane], at, stage.out, made, stage.contexts.from, contexts, counts, at * contexts);
    }
  };
}
