// lif: the canonical leaky integrate-and-fire neuron.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Pair, Tensor, ValueType } from '../ir/types.ts';
import { potentialBounds } from '../ir/ranges.ts';
import { shapeWrong } from '../ir/check-node.ts';
import { perChannel } from './affine.ts';
import { boundsOfType, pickRows } from './bounds.ts';

export type LifAttrs = Readonly<{ keep: Pair; reset: 'zero' | 'subtract' | 'threshold'; fires: 'at-least' | 'above'; fractionBits?: number; membrane?: number }>;

export const lif = defineOp({
  kind: 'lif', form: 'chip', barrier: 'none',
  doc: 'u = keep * R(u) + x, spike = [u >= threshold] (at-least) or [u > threshold] (above); after a spike R gives 0 (zero), u - threshold (subtract) or the threshold itself (threshold); '
    + 'u starts at 0 in every sample. In integers the leak is floored under at-least and rounded up under above, which changes no spike where keep is 1/m; '
    + 'other fractions keep fractionBits more bits: x counts 2^fractionBits units of u, in which the threshold is given. '
    + 'With membrane = 1 the value is u itself, before R, in whole units of x (rounded down).',
  source: 'operators.md section 2 and theorems 1 and 2 (SpikingJelly MultiStepLIFNode in the form u = tau * v; STBP, TA-SNN)',
  takes: [['current', 'count', 'spike']],
  attrs: {
    keep: { as: 'pair', from: 0, doc: 'fraction of the potential that stays, numerator x denominator' },
    reset: { as: 'word', of: ['zero', 'subtract', 'threshold'], doc: 'what a spike does to the potential' },
    fires: { as: 'word', of: ['at-least', 'above'], doc: 'comparator: at or above the threshold, or only above it' },
    fractionBits: { as: 'whole', from: 0, absent: 0, doc: 'bits of the potential below one unit of the current, integer graphs' },
    membrane: { as: 'whole', from: 0, absent: 0, doc: '1: gives the potential before its reset, not the spike' },
  },
  params: { threshold: { shape: '[channels] or [1]', optional: false, doc: 'in units of the current (integer graphs: of the potential)' } },
  infer([x], attrs, { threshold }, steps) {
    return attrsWrong(attrs) ?? (x.time === 'once' ? 'reads a value without steps; repeat it first' : undefined) ?? shapeWrong('threshold', threshold, [x.channels], [1])
      ?? firedType(x, x.range, attrs, threshold, steps);
  },
  evaluate: {
    real: (inputs, node, { steps }) => (node.attrs.membrane ? membranes(inputs[0], node, steps) : fire(inputs[0], node, steps)),
    integer: (inputs, node, { steps }) => (node.attrs.membrane ? membranes(inputs[0], node, steps) : fire(inputs[0], node, steps)),
  },
  bounds: ([x], node, { steps }) => (node.attrs.membrane ? boundsOfType(node.type) : { low: alwaysFires(x.low, node), high: everFires(x.high, node, steps) }),
  pick: (kept, { params: { threshold }, type: { channels } }) => ({ threshold: threshold.data.length === channels ? pickRows(threshold, kept) : threshold }),
});

/** What is wrong with the attributes of a neuron. */
export function attrsWrong({ keep: [kept, of], fractionBits = 0, membrane = 0 }: LifAttrs): string | undefined {
  if (of < 1 || kept > of) return `keeps ${kept}/${of} of its potential; a fraction between 0 and 1 is wanted`;
  if (fractionBits > mostFractionBits) return `${fractionBits} fractional bits; at most ${mostFractionBits} are kept`;
  return membrane > 1 ? 'membrane is 0 or 1' : undefined;
}

/** Units of a potential in one of its current. */
export const unitOf = ({ fractionBits = 0 }: Pick<LifAttrs, 'fractionBits'>): number => 2 ** fractionBits;

/** Spikes, or membranes between their bounds. @param range of the whole current */
export function firedType(x: ValueType, [low, high]: ValueType['range'], attrs: LifAttrs, threshold: Tensor, steps: number): ValueType {
  if (!attrs.membrane) return { ...x, kind: 'spike', time: 'step', range: [0, 1] };
  if (x.domain === 'real') return { ...x, kind: 'current', time: 'step', range: [-Infinity, Infinity] };
  const unit = unitOf(attrs), [least, most] = potentialBounds([low * unit, high * unit], attrs.keep, threshold.data, attrs, steps);
  return { ...x, kind: 'current', time: 'step', range: [Math.floor(least / unit), Math.floor(most / unit)] };
}

/** Fractional bits of a potential whose leak is not 1/m, where they fit: enough that a floor moves it by less than a 256th of a unit a step. */
export const fractionBitsOf = ([kept, of]: Pair): number => (kept <= 1 || kept === of ? 0 : 8);

/** Fractional bits with which no leak rounds at all: those of the fraction, once for every step but the first; infinite where a fraction has no end in binary. */
export const exactBitsOf = ([, of]: Pair, steps: number): number => (Number.isInteger(Math.log2(of)) ? Math.log2(of) * (steps - 1) : Infinity);

export const mostFractionBits = 20;

/** Potentials before the spike test, as the evaluation of the node's domain has them; shaped like its spikes. */
export function potentialsOf(x: Tensor, node: Node<string, LifAttrs>, steps: number): Float64Array {
  const potentials = new Float64Array(x.data.length);
  fire(x, node, steps, potentials);
  return potentials;
}

/** 1 where a neuron fires whose current is at its least at every step: at the first step already, and then at every one, for no reset leaves less than 0. */
function alwaysFires(least: Float64Array, { attrs: { fires, fractionBits = 0 }, params: { threshold }, type: { channels } }: Node<string, LifAttrs>): Float64Array {
  const thresholds = perChannel(threshold.data, channels);
  return least.map((current, c) => Number(fires === 'above' ? current * 2 ** fractionBits > thresholds[c] : current * 2 ** fractionBits >= thresholds[c]));
}

/** 1 where a neuron fires in any of the steps if its current is at its most at every one. Before the first spike a potential rises with every current, so that no other input fires where this does not. */
function everFires(most: Float64Array, node: Node<string, LifAttrs>, steps: number): Float64Array {
  const data = new Float64Array(steps * most.length), fired = new Float64Array(most.length);
  for (let step = 0; step < steps; step++) data.set(most, step * most.length);
  fire({ shape: [steps, 1, most.length], data }, node, steps).data.forEach((spike, i) => { fired[i % most.length] = Math.max(fired[i % most.length], spike); });
  return fired;
}

/** Membranes as they are handed on: whole units of the current in integers. */
function membranes(x: Tensor, node: Node<string, LifAttrs>, steps: number): Tensor {
  const unit = unitOf(node.attrs), potentials = potentialsOf(x, node, steps);
  return { shape: x.shape, data: node.type.domain === 'real' ? potentials : potentials.map((u) => Math.floor(u / unit)) };
}

function fire(x: Tensor, { attrs: { keep: [kept, of], reset, fires, fractionBits = 0 }, params: { threshold }, type: { channels, domain } }: Node<string, LifAttrs>, steps: number, potentials?: Float64Array): Tensor {
  const thresholds = perChannel(threshold.data, channels), size = x.data.length / steps, data = new Float64Array(x.data.length), strict = fires === 'above';
  const leak = domain === 'real' ? (u: number) => u : strict ? Math.ceil : Math.floor, unit = 2 ** fractionBits;
  for (let i = 0; i < size; i++) {
    const theta = thresholds[i % channels];
    for (let step = 0, at = i, u = 0; step < steps; step++, at += size) {
      // Divided, not multiplied by the fraction: 49 * (1 / 49) lies below 1 in float64, and a floor would lose it.
      u = leak(u * kept / of) + x.data[at] * unit;
      if (potentials) potentials[at] = u;
      if (strict ? u > theta : u >= theta) { data[at] = 1; u = reset === 'zero' ? 0 : reset === 'subtract' ? u - theta : theta; }
    }
  }
  return { shape: x.shape, data };
}
