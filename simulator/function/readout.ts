// Readout stages: currents summed over steps and contexts, and the bias once per sample.
import { spanLength } from '../../targets/contract/units.ts';
import type { Readout } from '../../targets/contract/program.ts';
import { valueView } from './planes.ts';
import type { Runner, Workspace } from './workspace.ts';

export function prepareReadout(stage: Readout, workspace: Workspace): Runner {
  const { program, planes, outputs } = workspace, { from } = stage, store = planes[from.plane], channels = spanLength(from.channels);
  const scratch = new Int32Array(store.stride > 0 ? store.positions * store.channels : 0);
  return () => {
    const result = outputs.get(stage.output) ?? new Int32Array(store.channels);
    outputs.set(stage.output, result);
    for (let channel = 0; channel < channels; channel++) result[from.channels.from + channel] += stage.bias[channel];
    for (let step = 0; step < program.steps; step++) {
      const view = valueView(store, step, from, scratch);
      for (let context = stage.contexts.from; context < stage.contexts.to; context++) {
        const at = view.at + context * view.channels + view.first;
        for (let channel = 0; channel < channels; channel++) result[from.channels.from + channel] += view.values[at + channel];
      }
    }
  };
}
