// Routes before placement: for each output, which contexts go to which set of edges.
import type { Edge, Plan } from '../../targets/contract/program.ts';
import { outputsOf } from '../../targets/contract/program.ts';
import type { EdgeId, Span, StageId } from '../../targets/contract/units.ts';

/** Contexts of one output that have the same readers. */
export type Segment = Readonly<{ from: StageId; output: number; contexts: Span; edges: readonly EdgeId[] }>;

/** Disjoint spans per (stage, output), cut where the set of readers changes; contexts that nobody needs have none. Local edges send no messages. */
export function segmentsOf(plan: Plan, edges: readonly Edge[]): Segment[] {
  const byOutput = new Map<string, Edge[]>();
  for (const edge of edges) if (edge.window.kind !== 'local') byOutput.set(`${edge.from}:${edge.output}`, [...(byOutput.get(`${edge.from}:${edge.output}`) ?? []), edge]);
  return plan.stages.flatMap((stage) => outputsOf(stage).flatMap((_, output) => {
    const readers = byOutput.get(`${stage.id}:${output}`) ?? [], cuts = [...new Set(readers.flatMap(({ positions }) => [positions.from, positions.to]))].sort((a, b) => a - b);
    return cuts.slice(1).flatMap((to, i) => {
      const contexts = { from: cuts[i], to }, inside = readers.filter(({ positions }) => positions.from <= contexts.from && positions.to >= to).map(({ id }) => id);
      return inside.length ? [{ from: stage.id, output, contexts, edges: inside }] : [];
    });
  }));
}
