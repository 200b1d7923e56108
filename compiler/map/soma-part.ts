// A part of a soma: its columns and contexts with everything that runs along with them.
import type { Region, Rule, Soma } from '../../targets/contract/program.ts';
import { mixBits } from '../../targets/contract/program.ts';
import type { Span, StageId } from '../../targets/contract/units.ts';
import { length } from './spans.ts';

/** A soma narrowed to columns and contexts; the regions it reads and writes run along with its columns. */
export function somaPart({ id: _, ...soma }: Soma, columns: Span, contexts: Span, sums: readonly StageId[]): Omit<Soma, 'id'> {
  const from = columns.from - soma.columns.from, to = columns.to - soma.columns.from, all = length(soma.columns), slice = (values: Int32Array) => values.slice(from, to), run = columnsOf(from, to, all);
  const part = (region: Region): Region => ({ ...region, positions: contexts, channels: { from: region.channels.from + from, to: region.channels.from + to } });
  return { ...soma, contexts, columns, sums, adds: soma.adds.map(part), bias: slice(soma.bias), rule: rulePart(soma.rule, from, to, all), ...(soma.gain ? { gain: run(soma.gain) } : {}),
    ...(soma.plastic ? { plastic: { ...soma.plastic, read: run(soma.plastic.read), slope: slice(soma.plastic.slope), offset: slice(soma.plastic.offset) } } : {}),
    ...(soma.spikes ? { spikes: part(soma.spikes) } : {}), ...(soma.current ? { current: part(soma.current) } : {}) };
}

/** A run of columns of a table of one or more steps. */
const columnsOf = (from: number, to: number, all: number) => (values: Int32Array): Int32Array => values.filter((_, i) => i % all >= from && i % all < to);

function rulePart(rule: Rule, from: number, to: number, all: number): Rule {
  switch (rule.kind) {
    case 'lif': return { ...rule, thresholds: rule.thresholds.slice(from, to) };
    case 'ladder': return { ...rule, thresholds: rule.thresholds.slice(from * rule.levels, to * rule.levels) };
    case 'mix': case 'elastic': return { ...rule, thresholds: columnsOf(from, to, all)(rule.thresholds) };
    case 'pass': return rule;
  }
}

/** Bits of the tables of `wide` columns: biases, thresholds and gains of each, weights of steps of all. */
export const tableBits = ({ rule, gain, columns }: Soma, wide: number): number => wide * (24 * (1 + (gain ? gain.length / length(columns) : 0)) + thresholdBits(rule, length(columns))) + (rule.kind === 'mix' ? 24 * (rule.weights?.length ?? 0) : 0);

function thresholdBits(rule: Rule, columns: number): number {
  switch (rule.kind) {
    case 'lif': case 'pass': return 24;
    case 'ladder': return 24 * rule.levels;
    case 'elastic': return 24 * (rule.keeps.length / 3);
    case 'mix': return mixBits * (rule.thresholds.length / columns);
  }
}
