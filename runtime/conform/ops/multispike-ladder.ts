// multispike-ladder: levels by rounding, half to even or half up.
import { ladder } from '../../../compiler/ops/index.ts';
import { multispikeOf } from '../../../compiler/frontend/neurons.ts';
import { refuse } from '../../../compiler/files/refusal.ts';
import { parameterUnsaid } from './faults.ts';
import { defineCase } from './define-case.ts';
import { laid } from './op-array.ts';
import type { OpFile } from './op-file.ts';
import { numberAt } from './op-file.ts';
import { startPart } from './part.ts';

/** Greatest level: 4 in 'clamp(x, 0, 4)'. Refuses: R2021. */
export function levelsOf(file: OpFile): number {
  const [, said] = /clamp\([^)]*,\s*0,\s*(\d+)\)/.exec(file.texts.what.replace(/\([^()]*\)(?=\s*,)/g, '')) ?? [];
  return numberAt(file, 'levels') ?? (said === undefined ? refuse(parameterUnsaid(file.caseFile, 'the greatest level, as "clamp(x, 0, 4)"')) : Number(said));
}

export const multispikeLadder = defineCase({
  op: 'multispike-ladder', doc: 'ladder at k - 1/2: half to the even level, and half up',
  parts(file) {
    const x = laid(file, 'x', 'neurons'), max = levelsOf(file), thresholds = { shape: [max], data: Float64Array.from({ length: max }, (_, i) => i + 0.5) };
    return (['level_half_even', 'level_half_up'] as const).map((name) => {
      const level = laid(file, name, 'neurons'), part = startPart(file, name, x), { builder } = part, entered = part.enter('x', x, { as: 'currents' });
      const climbed = name === 'level_half_even' ? multispikeOf({ max })(builder, 'level', entered) : builder.add(ladder, 'level', [entered], { levels: max }, { threshold: thresholds, strict: { shape: [max], data: new Float64Array(max) } });
      part.holds(name, climbed, level);
      return part.ends(climbed, level);
    });
  },
});
