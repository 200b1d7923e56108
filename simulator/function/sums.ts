// Accumulators on their way from the tiles of a chain to the soma: one buffer per chain, shared by chains that never live at the same time.
import type { Span, StageId } from '../../targets/contract/units.ts';
import type { Attend, Program, Synapse } from '../../targets/contract/program.ts';
import { readsOf } from '../../targets/contract/geometry.ts';
import { panelSlack } from '../kernels/crossbar.ts';

/** Sums of one chain, [steps, contexts, columns]; steps is 1 where the chain is evaluated once per sample. */
export type SumStore = Readonly<{ steps: number; contexts: Span; columns: Span; values: Int32Array }>;

type Chain = { readonly head: Synapse | Attend; last: StageId };

/** Buffers by stage: every tile of a chain finds the same one. */
export function storeSums(program: Program): ReadonlyMap<StageId, SumStore> {
  const chains = new Map<StageId, Chain>();
  for (const stage of program.stages) {
    if (stage.kind === 'attend') chains.set(stage.id, { head: stage, last: stage.id });
    else if (stage.kind === 'synapse') chains.set(stage.id, joinChain(chains, stage));
    else if (stage.kind === 'soma') for (const id of stage.sums) chainOf(chains, id).last = stage.id;
  }
  const distinct = [...new Set(chains.values())].sort((a, b) => a.head.id - b.head.id), sizes = distinct.map((chain) => sizeOf(chain.head, program.steps));
  const slabs = allotSlabs(distinct.map((chain) => ({ from: chain.head.id, to: chain.last + 1 })));
  const buffers: Int32Array[] = [];
  for (const slab of new Set(slabs)) buffers[slab] = new Int32Array(Math.max(...sizes.filter((_, i) => slabs[i] === slab)) + panelSlack);
  const stores = new Map(distinct.map((chain, i) => {
    const { head } = chain, from = head.kind === 'attend' ? 0 : head.contexts.from;
    const store: SumStore = { steps: stepsOf(head, program.steps), contexts: { from, to: from + answersOf(head) }, columns: head.columns,
      values: buffers[slabs[i]].subarray(0, sizes[i] + panelSlack) };
    return [chain, store] as const;
  }));
  return new Map([...chains].map(([id, chain]) => [id, stores.get(chain)!]));
}

function chainOf(chains: ReadonlyMap<StageId, Chain>, id: StageId): Chain {
  const chain = chains.get(id);
  if (!chain) throw new Error(`stage ${id} is no earlier synapse or attend stage, so it has no sums`);
  return chain;
}

function joinChain(chains: ReadonlyMap<StageId, Chain>, stage: Synapse): Chain {
  if (stage.after === undefined) return { head: stage, last: stage.id };
  const chain = chainOf(chains, stage.after);
  chain.last = Math.max(chain.last, stage.id);
  return chain;
}

const stepsOf = (head: Synapse | Attend, steps: number): number => (head.kind === 'synapse' && head.evaluate === 'sample' ? 1 : steps);
/** Contexts that leave sums. */
const answersOf = (head: Synapse | Attend): number => (head.kind === 'attend' ? readsOf(head) : head.contexts.to - head.contexts.from);
const sizeOf = (head: Synapse | Attend, steps: number): number => stepsOf(head, steps) * answersOf(head) * (head.columns.to - head.columns.from);

/** Gives each lifetime (sorted by start) the first slab that is free then. */
export function allotSlabs(lifetimes: readonly Span[]): number[] {
  const freeAt: number[] = [];
  return lifetimes.map(({ from, to }) => {
    const free = freeAt.findIndex((at) => at <= from), slab = free < 0 ? freeAt.length : free;
    freeAt[slab] = to;
    return slab;
  });
}
