// Source stages: the bytes or integers of an input port become a plane.
import { spanLength } from '../../targets/contract/units.ts';
import type { Source } from '../../targets/contract/program.ts';
import { writeValues } from './planes.ts';
import type { Runner, Workspace } from './workspace.ts';
import { recordSpikes } from './workspace.ts';
import { payloadsOf } from './count.ts';

export function prepareSource(stage: Source, workspace: Workspace): Runner {
  const { program, planes } = workspace, { out } = stage, store = planes[out.plane], port = program.inputs.find((input) => input.plane === out.plane);
  if (!port) throw new Error(`source ${stage.id} writes plane ${out.plane}, which no input port feeds`);
  const contexts = spanLength(stage.contexts), channels = spanLength(out.channels), values = new Int32Array(contexts * channels), counts = new Int32Array(store.steps * contexts);
  const payloads = payloadsOf(out, store.plane), size = store.positions * store.channels, unit = stage.coding === 'currents' ? 'integers' : 'bytes';
  return (inputs) => {
    const given = inputs.get(port.name);
    if (given?.length !== store.steps * size) throw new Error(`input "${port.name}" needs ${store.steps * size} ${unit}, got ${given?.length ?? 'none'}`);
    for (let step = 0; step < store.steps; step++) {
      for (let context = 0, i = 0; context < contexts; context++) {
        const from = step * size + (stage.contexts.from + context) * store.channels + out.channels.from;
        for (let channel = 0; channel < channels; channel++) values[i++] = given[from + channel];
      }
      writeValues(store, step, out, values, stage.contexts.from, contexts, counts, step * contexts);
    }
    recordSpikes(workspace.activities[stage.id], store.steps, 0, payloads, counts);
  };
}
