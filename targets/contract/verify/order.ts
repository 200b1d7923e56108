// Order of the stages: every producer before its readers, and no circle.
import type { StageId } from '../units.ts';
import type { Findings } from './findings.ts';
import type { Need } from './needs.ts';
import { stageCycle, stageOrder } from '../faults.ts';

/** A circle among the stages, as ids that end where they began, or undefined. Without recursion: a hostile chain is as long as the program. */
function findCycle(stages: number, readers: readonly (readonly StageId[])[]): readonly StageId[] | undefined {
  const state = new Uint8Array(stages);  // 0 new, 1 on the path, 2 done
  for (let root = 0; root < stages; root++) {
    if (state[root] !== 0) continue;
    const path = [root], next = [0];
    state[root] = 1;
    while (path.length > 0) {
      const at = path[path.length - 1], reader = readers[at][next[next.length - 1]++];
      if (reader === undefined) { state[at] = 2; path.pop(); next.pop(); continue; }
      if (state[reader] === 1) return [...path.slice(path.indexOf(reader)), reader];
      if (state[reader] === 0) { state[reader] = 1; path.push(reader); next.push(0); }
    }
  }
  return undefined;
}

/** T2101, T2102. */
export function checkOrder(stages: number, needs: ReadonlyMap<string, Need>, findings: Findings): void {
  const readers = Array.from({ length: stages }, (): StageId[] => []);
  for (const need of needs.values()) readers[need.from].push(need.to);
  const cycle = findCycle(stages, readers);
  if (cycle) { findings.report(stageCycle(cycle)); return; }
  for (const need of needs.values()) if (need.from >= need.to) findings.report(stageOrder(need.to, need.from));
}
