// Range proofs of what synapses and attention send: bounds of each column, whatever the inputs and the order of additions.
import type { Attend, Region, Synapse } from '../program.ts';
import type { BlockId } from '../units.ts';
import type { Interval } from './intervals.ts';
import type { Proof } from './proof.ts';
import { accumulatorTooWide, counterTooWide, sumTooWide, tableTooWide, weightTooWide } from '../faults.ts';
import { gateBits, gateReach } from '../gate.ts';
import { spanLength } from '../units.ts';
import { carrierMaximum, rowBounds } from './inputs.ts';
import { filled, holds, hullOf, plus, reach, zeros } from './intervals.ts';
import { tableBits } from './limits.ts';
import { proveSums, readOf } from './proof.ts';

function checkWeights(id: BlockId, { survey, findings }: Proof): void {
  const { weightBits } = survey.arch.core, worst = survey.program.blocks[id].data.find((weight) => !holds(weightBits, weight, weight));
  if (worst !== undefined) findings.report(weightTooWide(`blocks[${id}].data`, weightBits, worst));
}

/**
 * Sums over the rows of a tile, by column: of the least and of the most that a row can be worth (rows: by channel, or one for all). The columns of a group see the rows of its own channels.
 * Tiles that differ in contexts only find the sums of the first.
 */
function sumRows(stage: Synapse, rows: Interval, key: string, proof: Proof): Interval {
  const found = proof.blocks.get(key);
  if (found) return found;
  const { gather: { from: [first], groups, rows: held } } = stage, { data, rows: count, columns } = proof.survey.program.blocks[stage.block];
  const channels = spanLength(first.channels), run = channels / groups, sums = zeros(columns * groups);
  for (let row = 0, at = 0; row < count; row++) {
    const channel = (held ? held[row] : row) % channels, worth = rows.low.length === 1 ? 0 : channel, low = rows.low[worth], high = rows.high[worth], base = Math.floor(channel / run) * columns;
    for (let column = 0; column < columns; column++, at++) {
      const weight = data[at];
      sums.low[base + column] += weight < 0 ? weight * high : weight * low;
      sums.high[base + column] += weight < 0 ? weight * low : weight * high;
    }
  }
  if (proof.blocks.size < 2 ** 16) proof.blocks.set(key, sums);
  return sums;
}

/** Own rows of a synapse. What a row can be worth in all is a factor of what one of weight 1 gives, so that equal blocks are summed once. */
function ownRows(stage: Synapse, proof: Proof): Interval {
  const { gather, block } = stage, rows = rowBounds(gather, proof.survey, (region) => readOf(region, proof)), shape = `${block} ${gather.groups} ${spanLength(gather.from[0].channels)}`;
  if (rows.low.length > 1) {
    const inputs = gather.from.map(({ plane, channels }, i) => `${plane}.${proof.written.get(plane) ?? 0} ${channels.from} ${gather.shifts[i]}`);
    return sumRows(stage, rows, `${shape} ${inputs.join(' ')} ${gather.rows?.join() ?? 'all'}`, proof);
  }
  const ones = sumRows(stage, { low: Float64Array.of(0), high: Float64Array.of(1) }, shape, proof), [low] = rows.low, [high] = rows.high;
  return { low: ones.low.map((each, i) => each * high + ones.high[i] * low), high: ones.high.map((each, i) => each * high + ones.low[i] * low) };
}

/** Bounds of the border corrections of each column over all classes. */
function borderParts(stage: Synapse, { findings }: Proof): Interval {
  const columns = spanLength(stage.columns), { sums } = stage.border!, bounds = filled(columns, Infinity, -Infinity);
  sums.forEach((sum, i) => {
    bounds.low[i % columns] = Math.min(bounds.low[i % columns], sum);
    bounds.high[i % columns] = Math.max(bounds.high[i % columns], sum);
  });
  const worst = sums.find((sum) => !holds(tableBits, sum, sum));
  if (worst !== undefined) findings.report(tableTooWide(`stages[${stage.id}].border.sums`, tableBits, worst));
  return bounds;
}

/** Own rows, then what came before, then the border; on the way each may be there without the others. */
export function proveSynapse(stage: Synapse, proof: Proof): void {
  const own = ownRows(stage, proof), columns = spanLength(stage.columns);
  const before = (stage.after === undefined ? undefined : proof.sums.get(stage.after)) ?? zeros(columns), added = stage.border ? borderParts(stage, proof) : zeros(columns);
  const leaving = plus(plus(own, before), added);
  proof.sums.set(stage.id, leaving);
  proveSums(`stages[${stage.id}]`, stage.sumBits, leaving, plus(plus(own, reach(before)), reach(added)), proof);
}

/** Weights of every block that a synapse names fit the target's width. */
export function checkBlocks(proof: Proof): void {
  new Set(proof.survey.program.stages.flatMap((stage) => (stage.kind === 'synapse' ? [stage.block] : []))).forEach((id) => checkWeights(id, proof));
}

/** Entries that are added to one counter before it is cleared. */
export const fillsOf = (stage: Attend, steps: number): number => stage.fills * (stage.clear === 'sample' ? steps : 1);

export function proveAttend(stage: Attend, proof: Proof): void {
  const part = `stages[${stage.id}]`;
  switch (stage.form) {
    case 'kv': case 'qk': proveCounters(stage, part, proof); return;
    case 'hamming': proveHamming(stage, part, proof); return;
    case 'matrix': proveMatrix(stage, part, proof); return;
    case 'gate': proveGate(stage, part, proof); return;
  }
}

/** A counter rises by k v once a token; a read adds one counter for each unit of a query of its head. Neither is ever negative, so that both widths are unsigned. Query first, the same sum grows value by value. */
function proveCounters(stage: Attend, part: string, { survey: { program, arch }, findings, sums }: Proof): void {
  const most = (region: Region | undefined) => (region ? carrierMaximum(program.planes[region.plane].carrier) : 0);
  const counter = fillsOf(stage, program.steps) * most(stage.key) * most(stage.value), high = counter * stage.width[0] * most(stage.query);
  sums.set(stage.id, filled(spanLength(stage.columns), 0, high));
  if (stage.form === 'kv' && counter > 2 ** stage.counterBits - 1) findings.report(counterTooWide(`${part}.counterBits`, stage.counterBits, 0, counter));
  if (high > 2 ** stage.sumBits - 1) findings.report(sumTooWide(`${part}.sumBits`, stage.sumBits, 0, high));
  if (!holds(arch.core.accumulatorBits, 0, high)) findings.report(accumulatorTooWide(part, arch.core.accumulatorBits, 0, high));
}

/**
 * n = (2q - 1)((2k - 1)^T v): each of M = steps x tokens values counts between -d and d. On the way of 4 qA - 2 |q| s - 2 1^T A + d s any term may be there without the others:
 * qA and 1^T A reach d M, s reaches M. Source: operators.md theorem 9.
 */
function proveHamming(stage: Attend, part: string, proof: Proof): void {
  const { survey: { program }, findings, sums } = proof, columns = spanLength(stage.columns), counter = fillsOf(stage, program.steps);
  const most = stage.width[0] * counter, leaving = filled(columns, -most, most);
  sums.set(stage.id, leaving);
  if (counter > 2 ** stage.counterBits - 1) findings.report(counterTooWide(`${part}.counterBits`, stage.counterBits, 0, counter));
  proveSums(part, stage.sumBits, leaving, filled(columns, -4 * most, 5 * most), proof);
}

/** Stored are currents as they come; a read adds any of the rows, so that a column lies between the sums of what is below and of what is above 0 in it. */
function proveMatrix(stage: Attend, part: string, proof: Proof): void {
  const { findings, sums } = proof, stored = readOf(stage.key, proof), [low, high] = hullOf(stored), parts = reach(stored);
  const columns = spanLength(stage.columns), [height, width] = stage.width, bounds = zeros(columns);
  for (let column = 0; column < columns; column++) {
    if (stage.store === 'rows') {
      bounds.low[column] = stage.fills * parts.low[column];
      bounds.high[column] = stage.fills * parts.high[column];
    } else for (let row = 0, at = Math.floor(column / width) * height; row < height; row++, at++) {
      bounds.low[column] += parts.low[at];
      bounds.high[column] += parts.high[at];
    }
  }
  sums.set(stage.id, bounds);
  if (!holds(stage.counterBits, low, high)) findings.report(counterTooWide(`${part}.counterBits`, stage.counterBits, low, high));
  proveSums(part, stage.sumBits, bounds, bounds, proof);
}

/** What is weighed shrinks towards 0, half a unit at most away from it. Sums of a step and scores are exact doubles however they are added. */
function proveGate(stage: Attend, part: string, proof: Proof): void {
  const { findings, sums } = proof, bounds = reach(readOf(stage.key, proof)), [low, high] = hullOf(bounds), { sum, score } = gateReach(stage.gate!, stage.fills, Math.max(-low, high));
  sums.set(stage.id, bounds);
  for (const name of ['share', 'first', 'second'] as const) {
    const wide = stage.gate![name].find((weight) => !holds(tableBits, weight, weight));
    if (wide !== undefined) findings.report(tableTooWide(`${part}.gate.${name}`, tableBits, wide));
  }
  if (!(sum <= 2 ** (stage.counterBits - 1) - 1)) findings.report(counterTooWide(`${part}.counterBits`, stage.counterBits, -sum, sum));
  if (!(score <= 2 ** (gateBits - 1))) findings.report(accumulatorTooWide(`${part}.gate`, gateBits, -score, score));
  proveSums(part, stage.sumBits, bounds, bounds, proof);
}
