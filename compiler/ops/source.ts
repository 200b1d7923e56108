// source: where samples enter.
import { defineOp } from '../ir/define-op.ts';

/** Real numbers are told apart to 2^-10, unless an exponent says otherwise: within 16 bits they reach 32. */
export const finest = 10;

export const source = defineOp({
  kind: 'source', form: 'chip', barrier: 'none',
  doc: 'The sample: 8-bit pixels given once (direct), a frame of event counts 0..255 at every step (frames), encoded spikes at every step (spikes), or currents at every step '
    + '(currents: single blocks; multiples of 2^-exponent of `bits` bits, in integer graphs whole units of the scale, within as many bits as they then need).',
  source: 'operators.md section 5, repeat / frames',
  takes: [],
  attrs: {
    coding: { as: 'word', of: ['direct', 'frames', 'spikes', 'currents'], doc: 'once per sample, or every step' },
    grid: { as: 'pair', from: 1, doc: 'height and width' },
    channels: { as: 'whole', from: 1, doc: 'channels' },
    exponent: { as: 'whole', from: 0, absent: finest, doc: 'currents are multiples of 2^-exponent; absent: real numbers, which integer graphs round' },
    bits: { as: 'whole', from: 2, absent: 16, doc: 'width of a current, sign included' },
    domain: { as: 'word', of: ['real', 'integer'], doc: 'domain of the graph that reads it' },
  },
  params: { scale: { shape: '[channels]', optional: true, doc: 'real value of one unit of a current, in integer graphs' } },
  infer: (_, { coding, grid, channels, domain, bits = 16 }) => ({ kind: coding === 'spikes' ? 'spike' : coding === 'currents' ? 'current' : 'pixel', domain, grid, channels, time: coding === 'direct' ? 'once' : 'step',
    range: coding === 'spikes' ? [0, 1] : coding !== 'currents' ? [0, 255] : domain === 'real' ? [-Infinity, Infinity] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] }),
  evaluate: { real: unreachable, integer: unreachable },
});

/** Samples are handed to the evaluator by name; it never evaluates a source. */
function unreachable(): never { throw new Error('a source is given, not evaluated'); }

/** What the currents of a source stay below. */
export const currentsBelow = ({ exponent = finest, bits = 16 }: Readonly<{ exponent?: number; bits?: number }>): number => 2 ** (bits - 1 - exponent);
