// erode: a 3x3 maximum with stride 1 over the last two axes: of a map, or of tokens and the channels of a head.
import { headPool, maxPool, sumTokens } from '../../../compiler/ops/index.ts';
import type { ValueId } from '../../../compiler/ir/types.ts';
import type { Held } from '../held.ts';
import { defineCase } from './define-case.ts';
import type { Laid } from './op-array.ts';
import { laid } from './op-array.ts';
import { windowOf } from './op-file.ts';
import type { Part } from './part.ts';
import { startPart } from './part.ts';

export const erode = defineCase({
  op: 'erode', doc: 'head-pool over (token, channel in head) and its sum over tokens; max-pool over a map of spikes',
  parts(file) {
    const { window, stride, padding } = windowOf(file), kv = laid(file, 'kv', 'T heads N head_dim'), feature = laid(file, 'feature', 'T C H W');
    const eroded = (name: string, build: (part: Part) => ValueId, wanted: Laid): Held => {
      const part = startPart(file, name, wanted), value = build(part);
      part.holds(name, value, wanted);
      return part.ends(value, wanted);
    };
    const tokens = (part: Part) => part.builder.add(headPool, 'erode', [part.enter('kv', kv)], { heads: kv.heads, window, padding });
    return [
      eroded('kv_out', tokens, laid(file, 'kv_out', 'T heads N head_dim')),
      eroded('kv_sum', (part) => part.builder.add(sumTokens, 'sum', [tokens(part)], {}), laid(file, 'kv_sum', 'T heads head_dim')),
      eroded('feature_out', (part) => part.builder.add(maxPool, 'erode', [part.enter('feature', feature)], { window, stride, padding }), laid(file, 'feature_out', 'T C H W')),
    ];
  },
});
