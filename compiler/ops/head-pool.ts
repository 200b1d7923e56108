// head-pool: SDT-V1's Erode in event mode: an OR over a window of (token, channel in head).
import { defineOp } from '../ir/define-op.ts';
import { positionsOf } from '../ir/types.ts';
import type { Node, Pair, Tensor } from '../ir/types.ts';

type HeadPoolAttrs = Readonly<{ heads: number; window: Pair; padding: Pair }>;

export const headPool = defineOp({
  kind: 'head-pool', form: 'chip', barrier: 'window',
  doc: 'Maximum over a window of (token, channel within its head), stride 1, padded with nothing at the first and last token and at the edges of a head.',
  source: 'models.md section 2 (Erode on the last two axes of p and q*m), operators.md section 9',
  takes: [['spike']],
  attrs: {
    heads: { as: 'whole', from: 1, doc: 'heads that share the channels' },
    window: { as: 'pair', from: 1, doc: 'tokens and channels' },
    padding: { as: 'pair', from: 0, doc: 'tokens and channels on each side' },
  },
  params: {},
  infer([x], { heads, window, padding }) {
    if (x.channels % heads !== 0) return `${heads} heads do not divide ${x.channels} channels`;
    return window[0] === 2 * padding[0] + 1 && window[1] === 2 * padding[1] + 1 ? x : 'must keep the shape: window = 2 * padding + 1';
  },
  evaluate: { real: pool, integer: pool },
});

function pool([x]: readonly Tensor[], { attrs: { heads, padding }, type }: Node<string, HeadPoolAttrs>, { steps }: Readonly<{ steps: number }>): Tensor {
  const tokens = positionsOf(type), { channels } = type, width = channels / heads, data = new Float64Array(x.data.length);
  for (let step = 0; step < steps; step++) {
    for (let token = 0; token < tokens; token++) {
      for (let channel = 0; channel < channels; channel++) {
        const first = channel - (channel % width);
        let any = 0;
        for (let t = Math.max(0, token - padding[0]); t <= Math.min(tokens - 1, token + padding[0]); t++) {
          for (let c = Math.max(first, channel - padding[1]); c <= Math.min(first + width - 1, channel + padding[1]); c++) any = Math.max(any, x.data[(step * tokens + t) * channels + c]);
        }
        data[(step * tokens + token) * channels + channel] = any;
      }
    }
  }
  return { shape: x.shape, data };
}
