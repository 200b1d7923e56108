// Counters of spiking attention: A = K^T V by coincidences of key and value spikes, then Q A by the rows that query spikes select.
import type { Limits } from './crossbar-plain.ts';

/** Channel ids of one head: token n is cell c = `cell` + n and owns ids[from[c]] .. ids[to[c]]; `first` is the head's first channel. */
export type HeadLists = Readonly<{ ids: Int32Array; from: Int32Array; to: Int32Array; cell: number; first: number }>;

/**
 * Adds every token's coincidences of one head to its counters [keys, width], which the caller clears.
 * @param rows [tokens] from `rowsAt` on: counter rows touched (key spikes of a token whose value is not empty) are added
 * @returns coincidences: one SOP each
 */
export function fillCounters(keys: HeadLists, values: HeadLists, tokens: number, width: number, counters: Int32Array, rows: Int32Array, rowsAt: number): number {
  let operations = 0;
  for (let token = 0; token < tokens; token++) {
    const valueFrom = values.from[values.cell + token], valueTo = values.to[values.cell + token];
    if (valueFrom === valueTo) continue;
    const keyFrom = keys.from[keys.cell + token], keyTo = keys.to[keys.cell + token];
    for (let key = keyFrom; key < keyTo; key++) {
      const row = (keys.ids[key] - keys.first) * width - values.first;
      for (let value = valueFrom; value < valueTo; value++) counters[row + values.ids[value]]++;
    }
    rows[rowsAt + token] += keyTo - keyFrom;
    operations += (keyTo - keyFrom) * (valueTo - valueFrom);
  }
  return operations;
}

/**
 * Adds, for every token, the counter rows that its query spikes select, ascending.
 * @param into accumulators; element e of token n at at + n * stride + e
 * @param rows [tokens] from `rowsAt` on: counter rows read are added
 * @param limits clamps after each addition; absent: sums are exact
 * @returns query spikes
 */
export function readCounters(queries: HeadLists, tokens: number, width: number, counters: Int32Array, into: Int32Array, at: number, stride: number,
  rows: Int32Array, rowsAt: number, limits?: Limits): number {
  let spikes = 0;
  for (let token = 0; token < tokens; token++) {
    const from = queries.from[queries.cell + token], to = queries.to[queries.cell + token], out = at + token * stride;
    for (let query = from; query < to; query++) {
      const row = (queries.ids[query] - queries.first) * width;
      if (limits) addClamped(counters, row, width, into, out, limits);
      else for (let element = 0; element < width; element++) into[out + element] += counters[row + element];
    }
    rows[rowsAt + token] += to - from;
    spikes += to - from;
  }
  return spikes;
}

function addClamped(counters: Int32Array, row: number, width: number, into: Int32Array, out: number, { lowest, highest }: Limits): void {
  for (let element = 0; element < width; element++) into[out + element] = Math.min(highest, Math.max(lowest, into[out + element] + counters[row + element]));
}
