// source: where samples enter.
import { defineOp } from '../ir/define-op.ts';

export const source = defineOp({
  kind: 'source', form: 'chip', barrier: 'none',
  doc: 'The sample: 8-bit pixels given once (direct), a frame of event counts 0..255 at every step (frames), encoded spikes at every step (spikes), or currents at every step '
    + '(currents: single blocks; multiples of 2^-exponent, in integer graphs whole units of the scale, within `bits` bits).',
  source: 'operators.md section 5, repeat / frames',
  takes: [],
  attrs: {
    coding: { as: 'word', of: ['direct', 'frames', 'spikes', 'currents'], doc: 'once per sample, or every step' },
    grid: { as: 'pair', from: 1, doc: 'height and width' },
    channels: { as: 'whole', from: 1, doc: 'channels' },
    exponent: { as: 'whole', from: 0, absent: 0, doc: 'currents are multiples of 2^-exponent' },
    bits: { as: 'whole', from: 2, absent: 16, doc: 'width of a current in integer graphs' },
    domain: { as: 'word', of: ['real', 'integer'], doc: 'domain of the graph that reads it' },
  },
  params: { scale: { shape: '[channels]', optional: true, doc: 'real value of one unit of a current, in integer graphs' } },
  infer: (_, { coding, grid, channels, domain, bits = 16 }) => ({ kind: coding === 'spikes' ? 'spike' : coding === 'currents' ? 'current' : 'pixel', domain, grid, channels, time: coding === 'direct' ? 'once' : 'step',
    range: coding === 'spikes' ? [0, 1] : coding !== 'currents' ? [0, 255] : domain === 'real' ? [-Infinity, Infinity] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] }),
  evaluate: { real: unreachable, integer: unreachable },
});

/** Samples are handed to the evaluator by name; it never evaluates a source. */
function unreachable(): never { throw new Error('a source is given, not evaluated'); }
