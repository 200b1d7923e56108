// Runs passes in order and verifies the graph after each.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Graph } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { ops } from '../ops/index.ts';
import { passBroke } from './faults.ts';
import type { Saving } from '../../targets/contract/savings.ts';
import { measure, savings } from './measure.ts';
import type { Pass, PassOptions } from './pass.ts';
import type { Verdict } from './rounding.ts';

/** What one pass did. saved: what it made smaller; a pass that undoes nothing of the network (a fold) saves nothing that is counted here. */
export type PassRecord = Readonly<{ name: string; lossless: Pass['lossless']; notes: readonly string[]; saved: readonly Saving[]; verdicts: readonly Verdict[]; graph: Graph }>;

/**
 * The graph after the last pass and a record per pass. Behind a pass that reports an error the road goes on while the graph is one that the pass may leave: later passes tell what they refuse, too.
 * Law 4: the verifier's verdict ends the road. arrived: whether the last pass left what it promises.
 */
export function runPasses(graph: Graph, passes: readonly Pass[], options: PassOptions): Readonly<{ graph: Graph; records: readonly PassRecord[]; faults: readonly Fault[]; arrived: boolean }> {
  const records: PassRecord[] = [], faults: Fault[] = [];
  let size = measure(graph, options);
  for (const pass of passes) {
    const notes: string[] = [], verdicts: Verdict[] = [];
    const before = size, given = graph;
    graph = pass.run(graph, options, { report: (fault) => faults.push(fault), note: (text) => notes.push(text), verdict: (verdict) => verdicts.push(verdict) });
    const breaches = verifyGraph(graph, ops, pass.leaves);
    if (graph !== given && breaches.length === 0) size = measure(graph, options);
    records.push({ name: pass.name, lossless: pass.lossless, notes, saved: savings(before, size), verdicts, graph });
    if (breaches.length === 0) continue;
    // A graph that a refusal has left half done is no bug.
    if (!faults.some(({ severity }) => severity === 'error')) faults.push(...breaches.map(({ node, message }) => passBroke(pass.name, node, message)));
    return { graph, records, faults, arrived: false };
  }
  return { graph, records, faults, arrived: true };
}
