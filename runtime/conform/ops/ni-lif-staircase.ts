// ni-lif-staircase: a neuron of virtual steps is a staircase without state.
import { ladder } from '../../../compiler/ops/index.ts';
import { defineCase } from './define-case.ts';
import { laid } from './op-array.ts';
import { tableWrong } from '../faults.ts';
import { refuse } from '../../../compiler/files/refusal.ts';
import type { OpFile } from './op-file.ts';
import { startPart } from './part.ts';

export const niLifStaircase = defineCase({
  op: 'ni-lif-staircase', doc: 'ladder with the rational thresholds of the case; a level is the number of thresholds below the input',
  parts(file) {
    const x = laid(file, 'x', 'neurons'), level = laid(file, 'level', 'neurons'), data = thresholdsOf(file), levels = data.length, part = startPart(file, '', x);
    const climbed = part.builder.add(ladder, 'level', [part.enter('x', x, { as: 'currents' })], { levels }, { threshold: { shape: [levels], data }, strict: { shape: [levels], data: new Float64Array(levels).fill(1) } });
    part.holds('level', climbed, level);
    return [part.ends(climbed, level)];
  },
});

function thresholdsOf({ stated: { thresholds_rational: pairs }, caseFile }: OpFile): Float64Array {
  const whole = (value: unknown): value is number => Number.isSafeInteger(value);
  const sound = Array.isArray(pairs) && pairs.length > 0 && pairs.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(whole) && pair[1] > 0);
  if (!sound) refuse(tableWrong(caseFile, 'thresholds_rational', 'pairs [numerator, denominator]', pairs));
  return Float64Array.from((pairs as [number, number][]).map(([above, below]) => above / below));
}
