// plastic -> a soma with a matrix of its own, which it teaches.
import type { NodeOf } from '../ir/define-op.ts';
import type { plastic } from '../ops/index.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { fireInto, showMembrane } from './fire.ts';
import { leakyRule } from './lif.ts';
import { severalPlanes } from './faults.ts';

/** The matrix joins the current before the neuron and learns from its membrane, so that both share a core. Source: models-other.md section 8. */
export function lowerPlastic(node: NodeOf<typeof plastic>, cx: Lowering): Lowered {
  const [current, input] = node.inputs, lowered = cx.lowered(input), { clear, most = 0, readBits = 0, slopeBits = 0, writeBits = 0 } = node.attrs, [low, high] = cx.type(current).range;
  cx.needs(node, 'plasticity', 'run with plasticity off (--plasticity off, which is the default), or choose a target with a learning engine, such as mesh45');
  if (lowered.as === 'planes' && lowered.regions.length > 1) cx.report(severalPlanes(node.name, cx.graph.nodes[input].name, lowered.regions.length));
  const from = lowered.as === 'planes' ? lowered.regions[0] : cx.materialise(input), { rule, membraneBits } = leakyRule(node, [low - most, high + most], cx.graph.steps);
  const whole = (name: string): Int32Array => Int32Array.from(node.params[name].data), { read } = node.params, { channels } = node.type;
  const each = read.shape.length > 1 ? whole('read') : Int32Array.from({ length: cx.graph.steps * channels }, (_, i) => read.data[Math.floor(i / channels)]);
  const beside = { plastic: { from, clear, read: each, readBits, most, slope: whole('slope'), offset: whole('offset'), slopeBits, table: whole('table'), write: whole('write'), fade: whole('fade'), writeBits,
    keep: node.params.decay.data[0], bound: node.params.bound.data[0] } };
  return node.attrs.membrane ? showMembrane(node, cx, rule, membraneBits, beside) : fireInto(node, cx, rule, membraneBits, beside);
}
