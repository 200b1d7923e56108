// Whether a graph is a network that the road takes: what the importer promises of its families, asked of a text.
import type { Fault } from '../../targets/contract/fault.ts';
import { is } from '../ir/define-op.ts';
import { extremes } from '../ir/numbers.ts';
import type { Graph, Node } from '../ir/types.ts';
import { elementsOf } from '../ir/types.ts';
import { readout, source as sourceOp } from '../ops/index.ts';
import { notANetwork } from './faults.ts';
import { limits } from './limits.ts';
import type { Source } from './source.ts';

/** Far beyond every trained parameter; products of several stay finite. */
const greatest = 1e30;
/** What runs record. */
const recorded: readonly string[] = ['spike', 'ternary', 'count'];

/** Reports everything that keeps a graph off the road, each at its node. */
export function checkNetwork(graph: Graph, source: Source, report: (fault: Fault) => void): void {
  const { nodes, outputs, probes, steps } = graph, offset = ({ loc }: Node): number => (loc ? source.lines[loc.line - 1] + loc.column - 1 : 0);
  const say = (node: Node | undefined, message: string, hint: string) => report(notANetwork(source, node ? offset(node) : 0, message, hint));
  const sources = nodes.filter((node) => is(node, sourceOp)), results = nodes.filter((node) => is(node, readout));
  const steers = (text: string): boolean => /\p{Cc}/u.test(text);
  for (const { name } of [...outputs, ...probes, { name: graph.name }]) if (steers(name)) say(undefined, `the name ${JSON.stringify(name.slice(0, 40))} has control characters`, 'use letters, digits and dots');
  for (const node of nodes) {
    if (steers(node.name)) say(node, 'its name has control characters, which could steer a terminal', 'use letters, digits and dots');
    if (node.type.domain !== 'real') say(node, `\`${node.name}\` is integer: a network is written in real numbers, and synfire quantises it`, 'write domain = real in its source');
    for (const [name, { data }] of Object.entries(node.params)) {
      const [low, high] = extremes(data);
      if (Math.max(-low, high) > greatest) say(node, `parameter \`${name}\` of \`${node.name}\` reaches ${Math.max(-low, high)}; at most ${greatest} is taken`, 'the parameters are damaged: save the trained state dict again');
    }
  }
  if (sources.length !== 1) say(sources[1], `a network has one source; this has ${sources.length}`, 'image = source() {coding = direct, grid = 28x28, channels = 1, domain = real};');
  const hint = 'logits = readout(scores) {scale = 1}; output "logits" = logits;';
  if (outputs.length === 0) say(undefined, 'a network has an output; this has none', hint);
  for (const { name, value } of outputs) if (!is(nodes[value], readout)) say(nodes[value], `output "${name}" is made by a readout, not by ${nodes[value].kind}`, hint);
  for (const node of results) if (!outputs.some(({ value }) => nodes[value] === node)) say(node, `the results of \`${node.name}\` are no output`, hint);
  for (const { name, value } of probes) if (!recorded.includes(nodes[value].type.kind)) say(nodes[value], `probe "${name}" records spikes; \`${nodes[value].name}\` is a ${nodes[value].type.kind}`, 'probe the neuron behind it');
  const spikes = probes.reduce((sum, { value }) => sum + elementsOf(nodes[value].type, steps), 0);
  if (spikes > limits.elements) say(undefined, `the probes record ${spikes} values a sample; at most ${limits.elements} are held`, 'probe fewer neurons');
}
