// source: where samples enter.
import { defineOp } from '../ir/define-op.ts';

export const source = defineOp({
  kind: 'source', form: 'chip', barrier: 'none',
  doc: 'The sample: 8-bit pixels given once (direct), or a frame of event counts 0..255 at every step (frames).',
  source: 'operators.md section 5, repeat / frames',
  takes: [],
  attrs: {
    coding: { as: 'word', of: ['direct', 'frames'], doc: 'once per sample, or every step' },
    grid: { as: 'pair', from: 1, doc: 'height and width' },
    channels: { as: 'whole', from: 1, doc: 'channels' },
    domain: { as: 'word', of: ['real', 'integer'], doc: 'domain of the graph that reads it' },
  },
  params: {},
  infer: (_, { coding, grid, channels, domain }) => ({ kind: 'pixel', domain, range: [0, 255], grid, channels, time: coding === 'direct' ? 'once' : 'step' }),
  evaluate: { real: unreachable, integer: unreachable },
});

/** Samples are handed to the evaluator by name; it never evaluates a source. */
function unreachable(): never { throw new Error('a source is given, not evaluated'); }
