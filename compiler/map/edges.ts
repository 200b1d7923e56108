// Who feeds whom: edges between cut stages, with the positions each consumer needs and the window that holds them.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Edge, Plan, Region, Stage } from '../../targets/contract/program.ts';
import { inputsOf, outputsOf } from '../../targets/contract/program.ts';
import { visitNeeded } from '../../targets/contract/geometry.ts';
import type { Span } from '../../targets/contract/units.ts';
import { lagsOf, windowOf } from '../../targets/contract/windows.ts';
import { length } from './spans.ts';

type Writer = Readonly<{ stage: Stage; output: number; region: Region }>;

/** All edges of a cut plan, in the order of their consumers. Source: machine.md section 4, messages and buffers. */
export function edgesOf(plan: Plan, steps: number, arch: Arch): Edge[] {
  const lags = lagsOf(plan).stages, writers: Writer[][] = plan.planes.map(() => []), edges: Edge[] = [];
  for (const stage of plan.stages) outputsOf(stage).forEach((region, output) => { if (region !== 'sums') writers[region.plane].push({ stage, output, region }); });
  const add = (edge: Omit<Edge, 'id'>) => edges.push({ ...edge, id: edges.length });

  for (const stage of plan.stages) {
    if (stage.kind === 'synapse' && stage.after !== undefined) {
      add({ from: stage.after, to: stage.id, output: 0, positions: stage.contexts, messages: length(stage.contexts), window: { kind: 'slots', contexts: Math.min(arch.core.partialSlots, length(stage.contexts)) } });
    }
    if (stage.kind === 'soma') for (const sums of stage.sums) add({ from: sums, to: stage.id, output: 0, positions: stage.contexts, messages: length(stage.contexts), window: { kind: 'local' } });
    for (const { writer, positions } of feeders(stage, plan, writers)) {
      const window = windowOf(plan.planes[writer.region.plane], { from: lags[writer.stage.id], to: lags[stage.id] }, arch.mesh.sync, steps);
      add({ from: writer.stage.id, to: stage.id, output: writer.output, positions, messages: length(positions), window });
    }
  }
  return edges;
}

/** One entry per producer output that overlaps what a stage reads: the smallest span of its positions that any context needs, over all inputs that read it. */
function feeders(stage: Stage, plan: Plan, writers: readonly (readonly Writer[])[]): { writer: Writer; positions: Span }[] {
  const found = new Map<Writer, { from: number; to: number }>();
  inputsOf(stage).forEach((region, input) => {
    const near = writers[region.plane].filter(({ region: { channels } }) => channels.from < region.channels.to && channels.to > region.channels.from);
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) {
      visitNeeded(stage, input, context, plan.planes, (position) => {
        for (const writer of near) {
          if (position < writer.region.positions.from || position >= writer.region.positions.to) continue;
          const span = found.get(writer);
          if (!span) found.set(writer, { from: position, to: position + 1 });
          else { if (position < span.from) span.from = position; if (position >= span.to) span.to = position + 1; }
        }
      });
    }
  });
  return [...found].map(([writer, positions]) => ({ writer, positions }));
}
