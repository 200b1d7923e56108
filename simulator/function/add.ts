// Add stages: spike planes and counts become one count, or one spike plane per bit of the count.
import { spanLength } from '../../targets/contract/units.ts';
import type { Add } from '../../targets/contract/program.ts';
import { valueView, writeValues } from './planes.ts';
import type { Runner, Workspace } from './workspace.ts';
import { recordSpikes, stepsOf } from './workspace.ts';
import { payloadsOf } from './count.ts';

export function prepareAdd(stage: Add, workspace: Workspace): Runner {
  const { program, planes } = workspace, steps = stepsOf(stage, program), contexts = spanLength(stage.contexts), channels = spanLength(stage.from[0].channels);
  const sources = stage.from.map((region) => planes[region.plane]);
  const scratch = sources.map((store) => new Int32Array(store.stride > 0 ? store.positions * store.channels : 0));
  const sums = new Int32Array(contexts * channels), bits = new Int32Array(sums.length);
  const counts = stage.out.map(() => new Int32Array(steps * contexts)), payloads = stage.out.map((region) => payloadsOf(region, program.planes[region.plane]));
  const graded = stage.out.length === 1 && planes[stage.out[0].plane].stride === 0;
  return () => {
    for (let step = 0; step < steps; step++) {
      sums.fill(0);
      stage.from.forEach((region, i) => addView(valueView(sources[i], step, region, scratch[i]), stage.contexts.from, contexts, channels, sums));
      stage.out.forEach((region, i) => {
        for (let element = 0; element < sums.length; element++) bits[element] = graded ? sums[element] : (sums[element] >>> i) & 1;
        writeValues(planes[region.plane], step, region, bits, stage.contexts.from, contexts, counts[i], step * contexts);
      });
    }
    stage.out.forEach((_, i) => recordSpikes(workspace.activities[stage.id], steps, i, payloads[i], counts[i]));
  };
}

function addView(view: ReturnType<typeof valueView>, first: number, contexts: number, channels: number, sums: Int32Array): void {
  for (let context = 0, out = 0; context < contexts; context++) {
    const from = view.at + (first + context) * view.channels + view.first;
    for (let channel = 0; channel < channels; channel++) sums[out++] += view.values[from + channel];
  }
}
