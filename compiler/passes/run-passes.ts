// Runs passes in order and verifies the graph after each.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Graph } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { ops } from '../ops/index.ts';
import { passBroke } from './faults.ts';
import type { Pass, PassOptions } from './pass.ts';

/** What one pass did. */
export type PassRecord = Readonly<{ name: string; lossless: Pass['lossless']; notes: readonly string[]; graph: Graph }>;

/** The graph after the last pass and a record per pass; stops behind the first pass that reports an error. Law 4: the verifier's verdict ends the road. */
export function runPasses(graph: Graph, passes: readonly Pass[], options: PassOptions): Readonly<{ graph: Graph; records: readonly PassRecord[]; faults: readonly Fault[] }> {
  const records: PassRecord[] = [], faults: Fault[] = [];
  for (const pass of passes) {
    const notes: string[] = [];
    graph = pass.run(graph, options, { report: (fault) => faults.push(fault), note: (text) => notes.push(text) });
    records.push({ name: pass.name, lossless: pass.lossless, notes, graph });
    if (faults.some(({ severity }) => severity === 'error')) break;
    const breaches = verifyGraph(graph, ops, pass.leaves);
    if (breaches.length) { faults.push(...breaches.map(({ node, message }) => passBroke(pass.name, node, message))); break; }
  }
  return { graph, records, faults };
}
