// What neurons with a leaking potential and one threshold declare alike.
import type { Graph, Node } from '../../ir/types.ts';
import { membraneBounds, signedBits } from '../../ir/ranges.ts';
import { perChannel } from '../../ops/affine.ts';
import type { LifAttrs } from '../../ops/lif.ts';
import { fractionBitsOf } from '../../ops/lif.ts';
import type { Width } from './neuron.ts';

type Leaking = Node<string, LifAttrs>;

/** The stored potential. @param added what joins the current on the way, either sign */
export function membraneWidth({ name, inputs, attrs, params: { threshold } }: Leaking, { nodes, steps }: Graph, added = 0): Width {
  const unit = 2 ** (attrs.fractionBits ?? 0), [low, high] = nodes[inputs[0]].type.range;
  return { node: name, holds: 'membrane', bits: signedBits(...membraneBounds([(low - added) * unit, (high + added) * unit], attrs.keep, threshold.data, attrs, steps)), accumulated: false };
}

/** Thresholds, [channels]. */
export const thresholdsOf = ({ params: { threshold }, type: { channels } }: Leaking): Float64Array => perChannel(threshold.data, channels);

export const fraction = { wanted: ({ attrs: { keep } }: Leaking): number => fractionBitsOf(keep), taken: ({ attrs: { fractionBits = 0 } }: Leaking): number => fractionBits };
