// Add stages: spike planes and counts become one count, or one spike plane per bit of the count.
import { spanLength } from '../../targets/contract/units.ts';
import type { Add } from '../../targets/contract/program.ts';
import { addMasks, writeBit } from '../kernels/bitmask.ts';
import { addValues } from '../kernels/pool.ts';
import { maskView, valueView, writeValues } from './planes.ts';
import type { Runner, Workspace } from './workspace.ts';
import { recordSpikes, stepsOf } from './workspace.ts';
import { payloadsOf } from './count.ts';

export function prepareAdd(stage: Add, workspace: Workspace): Runner {
  const { program, planes } = workspace, steps = stepsOf(stage, program), contexts = spanLength(stage.contexts), channels = spanLength(stage.from[0].channels);
  const sources = stage.from.map((region) => planes[region.plane]), outs = stage.out.map((region) => planes[region.plane]), sums = new Int32Array(contexts * channels);
  const counts = stage.out.map(() => new Int32Array(steps * contexts)), payloads = stage.out.map((region) => payloadsOf(region, program.planes[region.plane])), first = stage.contexts.from;
  const unspread = new Int32Array(0), isGraded = outs.length === 1 && outs[0].stride === 0;
  return () => {
    for (let step = 0; step < steps; step++) {
      sums.fill(0);
      stage.from.forEach((region, i) => {
        const source = sources[i];
        if (source.stride > 0) addMasks(maskView(source, step, region), first, contexts, channels, sums);
        else addValues(valueView(source, step, region, unspread), first, contexts, channels, sums);
      });
      if (isGraded) writeValues(outs[0], step, stage.out[0], sums, first, contexts, counts[0], step * contexts);
      else stage.out.forEach((region, bit) => writeBit(sums, bit, contexts, channels, maskView(outs[bit], step, region), first, counts[bit], step * contexts));
    }
    outs.forEach((_, i) => recordSpikes(workspace.activities[stage.id], steps, i, payloads[i], counts[i]));
  };
}
