// Run-time operands of spiking attention: counters A = K^T V, clip-wide sums of the Hamming form, stored matrices, and the rows that queries select.
import type { Limits } from './crossbar-plain.ts';

/**
 * Channel ids of one head: token n is cell c = `cell` + n and owns ids[from[c]] .. ids[to[c]]; `first` is the head's first channel.
 * levels: value of each entry; empty where all are 1. each: counter rows touched per entry, one (`pass`) or as many as its magnitude (`count`).
 */
export type HeadLists = Readonly<{ ids: Int32Array; from: Int32Array; to: Int32Array; cell: number; first: number; levels?: Int32Array; each?: 'pass' | 'count' }>;

/** Sum of the magnitudes of entries from .. to - 1. */
function magnitudeOf({ levels }: HeadLists, from: number, to: number): number {
  if (!levels || levels.length === 0) return to - from;
  let total = 0;
  for (let i = from; i < to; i++) total += Math.abs(levels[i]);
  return total;
}

const isBinary = (lists: HeadLists): boolean => !lists.levels || lists.levels.length === 0;

/**
 * Adds every token's products of one head to its counters [keys, width], which the caller clears.
 * @param rows [tokens] from `rowsAt` on: counter rows touched (key spikes of a token whose value is not empty) are added
 * @returns coincidences, levels multiplied: one SOP each
 */
export function fillCounters(keys: HeadLists, values: HeadLists, tokens: number, width: number, counters: Int32Array, rows: Int32Array, rowsAt: number): number {
  const add = isBinary(keys) && isBinary(values) ? addSpikes : addLevels;
  let operations = 0;
  for (let token = 0; token < tokens; token++) {
    const valueFrom = values.from[values.cell + token], valueTo = values.to[values.cell + token];
    if (valueFrom === valueTo) continue;
    const keyFrom = keys.from[keys.cell + token], keyTo = keys.to[keys.cell + token], key = magnitudeOf(keys, keyFrom, keyTo);
    add(keys, keyFrom, keyTo, values, valueFrom, valueTo, width, counters);
    rows[rowsAt + token] += keys.each === 'count' ? key : keyTo - keyFrom;
    operations += key * magnitudeOf(values, valueFrom, valueTo);
  }
  return operations;
}

function addSpikes(keys: HeadLists, keyFrom: number, keyTo: number, values: HeadLists, valueFrom: number, valueTo: number, width: number, counters: Int32Array): void {
  for (let key = keyFrom; key < keyTo; key++) {
    const row = (keys.ids[key] - keys.first) * width - values.first;
    for (let value = valueFrom; value < valueTo; value++) counters[row + values.ids[value]]++;
  }
}

function addLevels(keys: HeadLists, keyFrom: number, keyTo: number, values: HeadLists, valueFrom: number, valueTo: number, width: number, counters: Int32Array): void {
  const ofKeys = isBinary(keys) ? undefined : keys.levels, ofValues = isBinary(values) ? undefined : values.levels;
  for (let key = keyFrom; key < keyTo; key++) {
    const row = (keys.ids[key] - keys.first) * width - values.first, level = ofKeys ? ofKeys[key] : 1;
    for (let value = valueFrom; value < valueTo; value++) counters[row + values.ids[value]] += level * (ofValues ? ofValues[value] : 1);
  }
}

/**
 * Adds, for every token, the counter rows that its query spikes select, ascending, each times the level of its spike.
 * @param into accumulators; element e of token n at at + n * stride + e
 * @param rows [tokens] from `rowsAt` on: counter rows read are added
 * @param limits clamps after each row; absent: sums are exact
 * @returns sum of the magnitudes of the query spikes
 */
export function readCounters(queries: HeadLists, tokens: number, width: number, counters: Int32Array, into: Int32Array, at: number, stride: number,
  rows: Int32Array, rowsAt: number, limits?: Limits): number {
  const levels = isBinary(queries) ? undefined : queries.levels;
  let spikes = 0;
  for (let token = 0; token < tokens; token++) {
    const from = queries.from[queries.cell + token], to = queries.to[queries.cell + token], out = at + token * stride, magnitude = magnitudeOf(queries, from, to);
    for (let query = from; query < to; query++) {
      const row = (queries.ids[query] - queries.first) * width, level = levels ? levels[query] : 1;
      if (limits) addClamped(counters, row, level, width, into, out, limits);
      else for (let element = 0; element < width; element++) into[out + element] += level * counters[row + element];
    }
    rows[rowsAt + token] += queries.each === 'count' ? magnitude : to - from;
    spikes += magnitude;
  }
  return spikes;
}

function addClamped(counters: Int32Array, row: number, level: number, width: number, into: Int32Array, out: number, { lowest, highest }: Limits): void {
  for (let element = 0; element < width; element++) into[out + element] = Math.min(highest, Math.max(lowest, into[out + element] + level * counters[row + element]));
}

/**
 * Adds, for every query, the value of each token as often as query and key have spikes in common (levels multiply), tokens ascending.
 * @param marked [keys] scratch, all 0 before and after
 * @param into accumulators; element e of query n at at + n * stride + e
 * @param limits clamps after each token; absent: sums are exact
 * @returns met: units of all scores; added: units of values added. One SOP each
 */
export function scoreTokens(queries: HeadLists, keys: HeadLists, values: HeadLists, reads: number, tokens: number, marked: Int32Array, into: Int32Array, at: number, stride: number, limits?: Limits): { met: number; added: number } {
  const ofQueries = isBinary(queries) ? undefined : queries.levels, ofKeys = isBinary(keys) ? undefined : keys.levels, ofValues = isBinary(values) ? undefined : values.levels;
  let met = 0, added = 0;
  for (let read = 0; read < reads; read++) {
    const from = queries.from[queries.cell + read], to = queries.to[queries.cell + read], out = at + read * stride - values.first;
    for (let i = from; i < to; i++) marked[queries.ids[i] - queries.first] = ofQueries ? ofQueries[i] : 1;
    for (let token = 0; token < tokens; token++) {
      let score = 0;
      for (let i = keys.from[keys.cell + token], end = keys.to[keys.cell + token]; i < end; i++) score += marked[keys.ids[i] - keys.first] * (ofKeys ? ofKeys[i] : 1);
      if (score === 0) continue;
      met += score;
      for (let i = values.from[values.cell + token], end = values.to[values.cell + token]; i < end; i++) {
        const level = ofValues ? ofValues[i] : 1, place = out + values.ids[i], sum = into[place] + score * level;
        into[place] = limits ? clamp(sum, limits) : sum;
        added += score * level;
      }
    }
    for (let i = from; i < to; i++) marked[queries.ids[i] - queries.first] = 0;
  }
  return { met, added };
}

/** Rows of sums that the Hamming form keeps per head beside its counters: s = sum of v, and 1^T A = sum of |k| v. */
export const hammingRows = 2;

/**
 * Adds every token's value spikes, and |key| times them, to the sums [hammingRows, width] of one head.
 * @param rows [tokens] from `rowsAt` on: rows of sums touched are added (both, where the value is not empty)
 * @returns additions
 */
export function fillHammingSums(keys: HeadLists, values: HeadLists, tokens: number, width: number, sums: Int32Array, rows: Int32Array, rowsAt: number): number {
  let additions = 0;
  for (let token = 0; token < tokens; token++) {
    const from = values.from[values.cell + token], to = values.to[values.cell + token], active = keys.to[keys.cell + token] - keys.from[keys.cell + token];
    for (let value = from; value < to; value++) {
      const element = values.ids[value] - values.first;
      sums[element]++;
      sums[width + element] += active;
    }
    if (to > from) rows[rowsAt + token] += hammingRows;
    additions += (to - from) * hammingRows;
  }
  return additions;
}

/**
 * Turns what `readCounters` summed, q A, into 4 q A - 2 |q| s - 2 1^T A + d s = ((2 q - 1)(2 k - 1)^T) v (operators.md theorem 9).
 * @param keyWidth d, the width of the inner product
 * @param rows [tokens] from `rowsAt` on: the rows of sums read are added
 * @param limits clamps after each of the two additions; absent: exact
 * @returns additions
 */
export function joinHammingSums(queries: HeadLists, tokens: number, keyWidth: number, width: number, sums: Int32Array, into: Int32Array, at: number, stride: number,
  rows: Int32Array, rowsAt: number, limits?: Limits): number {
  for (let token = 0; token < tokens; token++) {
    const active = queries.to[queries.cell + token] - queries.from[queries.cell + token], out = at + token * stride, factor = keyWidth - 2 * active;
    for (let element = 0; element < width; element++) {
      const valued = 4 * into[out + element] + factor * sums[element], met = 2 * sums[width + element];
      into[out + element] = limits ? clamp(clamp(valued, limits) - met, limits) : valued - met;
    }
    rows[rowsAt + token] += hammingRows;
  }
  return tokens * width * hammingRows;
}

const clamp = (sum: number, { lowest, highest }: Limits): number => Math.min(highest, Math.max(lowest, sum));

/** Values of one head: position n from element at + n * stride on, `length` of them. */
export type HeadValues = Readonly<{ values: Int32Array; at: number; stride: number; length: number }>;

/** Stores position n as row n, or as column n, of a matrix whose rows are `width` wide. */
export function storeMatrix(store: 'rows' | 'columns', head: HeadValues, positions: number, width: number, matrix: Int32Array): void {
  const across = store === 'rows' ? 1 : width, down = store === 'rows' ? width : 1;
  for (let position = 0; position < positions; position++) for (let element = 0; element < head.length; element++) {
    matrix[position * down + element * across] = head.values[head.at + position * head.stride + element];
  }
}
