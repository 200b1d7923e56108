// Changeable copies of the tiny program and its chip, for tests that spoil one thing.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Program, Stage } from '../../targets/contract/program.ts';
import { tinyArch, tinyProgram } from './tiny-program.ts';
import { zooArch, zooProgram } from './zoo-program.ts';

export type Draft<T> = T extends ArrayBufferView | number | string | boolean | undefined ? T : { -readonly [K in keyof T]: Draft<T[K]> };

/** A fresh tiny program after `change`. */
export function changedProgram(change: (draft: Draft<Program>) => void): Program {
  const draft = tinyProgram() as Draft<Program>;
  change(draft);
  return draft as Program;
}

/** A fresh zoo program after `change`. */
export function changedZoo(change: (draft: Draft<Program>) => void): Program {
  const draft = zooProgram() as Draft<Program>;
  change(draft);
  return draft as Program;
}

export function changedZooArch(change: (draft: Draft<Arch>) => void): Arch {
  const draft = structuredClone(zooArch) as Draft<Arch>;
  change(draft);
  return draft as Arch;
}

export function changedArch(change: (draft: Draft<Arch>) => void): Arch {
  const draft = structuredClone(tinyArch) as Draft<Arch>;
  change(draft);
  return draft as Arch;
}

/** Stage `id`, which must be of the kind named. */
export function stage<K extends Stage['kind']>(draft: Draft<Program>, id: number, kind: K): Draft<Extract<Stage, { kind: K }>> {
  const found = draft.stages[id];
  if (found.kind !== kind) throw new Error(`stage ${id} of the tiny program is a ${found.kind}, not a ${kind}`);
  return found as Draft<Extract<Stage, { kind: K }>>;
}

/** Exchanges the numbers of two stages everywhere. */
export function exchange(draft: Draft<Program>, a: number, b: number): void {
  const other = (id: number) => (id === a ? b : id === b ? a : id);
  draft.stages.forEach((each) => {
    each.id = other(each.id);
    if (each.kind === 'synapse' && each.after !== undefined) each.after = other(each.after);
    if (each.kind === 'soma') each.sums = each.sums.map(other);
  });
  draft.stages.sort((x, y) => x.id - y.id);
  draft.edges.forEach((edge) => { edge.from = other(edge.from); edge.to = other(edge.to); });
  draft.routes.forEach((route) => { route.from = other(route.from); });
  draft.cores.forEach((image) => { image.stages = image.stages.map(other); });
}
