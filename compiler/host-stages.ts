// What of a network the host does: operators of the form `host`, layers behind the last neuron that join the rows of a result, and those rows.
import { is } from './ir/define-op.ts';
import { readout } from './ops/index.ts';
import { isHost } from './ops/is-host.ts';
import { quantise } from './passes/quantise.ts';
import type { PassRecord } from './passes/run-passes.ts';

export type HostedNode = Readonly<{ node: string; what: string }>;

/** @param records of all passes, the last graph being the integer one */
export function hostStages(records: readonly PassRecord[]): readonly HostedNode[] {
  const at = records.findIndex(({ name }) => name === quantise.name);
  if (at < 1) return [];
  const left = new Set(records[at].graph.nodes.map(({ name }) => name));
  return [
    ...records[at - 1].graph.nodes.flatMap(({ name, kind }) => (kind === 'conv' && !left.has(name) ? [{ node: name, what: 'a linear layer behind the last neuron, multiplied once per result in float64' }] : [])),
    ...records[at].graph.nodes.flatMap((node): HostedNode[] => {
      if (isHost(node)) return [{ node: node.name, what: `${node.kind}, in float64` }];
      return is(node, readout) && node.params.rows ? [{ node: node.name, what: `results are weighed with ${node.params.rows.shape[0]} rows of ${node.params.rows.shape[1]} real numbers in float64` }] : [];
    }),
  ];
}
