// v3-attention-ladder: levels of an attention of levels, as thresholds on its whole number.
import { affine } from '../../../compiler/ops/index.ts';
import { multispikeOf } from '../../../compiler/frontend/neurons.ts';
import { productUnit } from '../../../compiler/frontend/sdt-v3.ts';
import { refuse } from '../../../compiler/files/refusal.ts';
import { tableWrong } from '../faults.ts';
import { defineCase } from './define-case.ts';
import { levelsOf } from './multispike-ladder.ts';
import type { Laid } from './op-array.ts';
import { inRows, laid, remade } from './op-array.ts';
import type { OpFile } from './op-file.ts';
import { isFields } from './op-file.ts';
import { startPart } from './part.ts';

export const v3AttentionLadder = defineCase({
  op: 'v3-attention-ladder', doc: 'the scaled product through the neuron of sdt-v3, for each width of a head; the whole thresholds of its integer form',
  parts(file) {
    const n = laid(file, 'n', 'C'), level = laid(file, 'level', 'C'), row = laid(file, 'head_dim_index', 'C').sample(0), max = levelsOf(file);
    return rowsOf(file).flatMap(({ head_dim, thresholds }, index) => {
      const own = [...row.keys()].filter((i) => row[i] === index), [products, levels] = [chosen(n, own), chosen(level, own)];
      if (own.length === 0) return [];
      const name = `head_dim ${head_dim}`, part = startPart(file, name, n), { builder } = part;
      const scaled = builder.add(affine, 'scale', [part.enter('n', products, { as: 'currents' })], {}, { scale: { shape: [1], data: Float64Array.of(productUnit(head_dim, { norm: max })) } });
      const climbed = multispikeOf({ max })(builder, 'level', scaled), values = Float64Array.from({ length: products.channels * max }, (_, i) => thresholds[i % max]);
      part.holds(`level ${name}`, climbed, levels);
      return [part.ends(climbed, levels, { constants: [{ name: `thresholds ${name}`, after: 'quantise', node: 'level', param: 'threshold', values, tolerance: 0 }] })];
    });
  },
});

const chosen = (array: Laid, own: readonly number[]): Laid => inRows(remade(array, (index) => { const values = array.sample(index); return Float64Array.from(own, (i) => values[i]); }, { grid: [1, 1], channels: own.length }));

function rowsOf({ stated: { table }, caseFile }: OpFile): readonly Readonly<{ head_dim: number; thresholds: readonly number[] }>[] {
  const sound = Array.isArray(table) && table.every((row) => isFields(row) && Number.isSafeInteger(row['head_dim']) && (row['head_dim'] as number) > 0 && Array.isArray(row['thresholds']) && row['thresholds'].every(Number.isSafeInteger));
  if (!sound) refuse(tableWrong(caseFile, 'table', 'rows {"head_dim": width, "thresholds": whole numbers}', table));
  return table as { head_dim: number; thresholds: number[] }[];
}
