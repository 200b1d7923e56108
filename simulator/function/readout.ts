// Readout stages: currents summed over steps and positions or kept apart, and the bias once per result.
import { spanLength } from '../../targets/contract/units.ts';
import type { Readout } from '../../targets/contract/program.ts';
import { valueView } from './planes.ts';
import type { Runner, Workspace } from './workspace.ts';

export function prepareReadout(stage: Readout, workspace: Workspace): Runner {
  const { program, planes, outputs } = workspace, { from, keeps, contexts, stepWeights } = stage, store = planes[from.plane], channels = spanLength(from.channels);
  const scratch = new Int32Array(store.stride > 0 ? store.positions * store.channels : 0), positions = keeps.positions ? store.positions : 1;
  const lastBiased = keeps.positions ? contexts.to : contexts.from + 1;
  const resultOf = (step: number, context: number): number => ((keeps.steps ? step : 0) * positions + (keeps.positions ? context : 0)) * store.channels + from.channels.from;
  return () => {
    const result = outputs.get(stage.output) ?? new Int32Array((keeps.steps ? program.steps : 1) * positions * store.channels);
    outputs.set(stage.output, result);
    for (let step = 0; step < (keeps.steps ? program.steps : 1); step++) for (let context = contexts.from; context < lastBiased; context++) {
      for (let channel = 0, to = resultOf(step, context); channel < channels; channel++) result[to + channel] += stage.bias[channel];
    }
    for (let step = 0; step < program.steps; step++) {
      const view = valueView(store, step, from, scratch), weight = stepWeights ? stepWeights[step] : 1;
      for (let context = contexts.from; context < contexts.to; context++) {
        const at = view.at + context * view.channels + view.first, to = resultOf(step, context);
        for (let channel = 0; channel < channels; channel++) result[to + channel] += weight * view.values[at + channel];
      }
    }
  };
}
