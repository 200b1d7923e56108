// The packed crossbar against one weight at a time, at the edges of its lanes; the saturating order.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addRows, packPanels, panelSlack } from '../../simulator/kernels/crossbar.ts';
import { addRowsPlain, addRowsSaturating, limitsOf } from '../../simulator/kernels/crossbar-plain.ts';

const none = new Int32Array(0);

function batch(lists: readonly (readonly number[])[]): { lists: Int32Array; offsets: Int32Array } {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => { offsets[i + 1] = offsets[i] + list.length; });
  return { lists: Int32Array.from(lists.flat()), offsets };
}

function packed(weights: Int8Array, rows: number, columns: number, lists: readonly (readonly number[])[], start = 0): Int32Array {
  const into = new Int32Array(lists.length * columns + panelSlack).fill(start, 0, lists.length * columns), rowLists = batch(lists);
  addRows(packPanels(weights, rows, columns), rowLists.lists, rowLists.offsets, lists.length, into, columns);
  expect(into.slice(lists.length * columns).every((slack) => slack === 0)).toBe(true);
  return into.slice(0, lists.length * columns);
}

function plain(weights: Int8Array, columns: number, lists: readonly (readonly number[])[], start = 0): Int32Array {
  const into = new Int32Array(lists.length * columns).fill(start), rowLists = batch(lists);
  addRowsPlain(weights, columns, rowLists.lists, rowLists.offsets, lists.length, into, columns);
  return into;
}

const crossbars = fc.record({ rows: fc.integer({ min: 1, max: 300 }), columns: fc.integer({ min: 1, max: 75 }), contexts: fc.integer({ min: 1, max: 5 }), seed: fc.nat() })
  .chain(({ rows, columns, contexts }) => fc.record({ rows: fc.constant(rows), columns: fc.constant(columns),
    weights: fc.int8Array({ minLength: rows * columns, maxLength: rows * columns }),
    lists: fc.array(fc.array(fc.nat(rows - 1), { maxLength: 700, size: 'max' }), { minLength: contexts, maxLength: contexts }), start: fc.integer({ min: -1e6, max: 1e6 }) }));

test('packed sums equal plain sums for any width, any list with repeats, on top of what was there', () => {
  fc.assert(fc.property(crossbars, ({ rows, columns, weights, lists, start }) => {
    expect(packed(weights, rows, columns, lists, start)).toEqual(plain(weights, columns, lists, start));
  }), { seed: 20261, numRuns: 60 });
});

test.each([255, 256, 257, 513, 514, 515, 1028, 1029, 5000])('no lane overflows into its neighbour after %i rows of extreme weights', (count) => {
  for (const pattern of [[127, 127, 127], [-128, -128, -128], [127, -128, 127], [-128, 127, -128], [0, 0, 127], [-128, 0, 0]]) {
    const columns = 20, weights = Int8Array.from({ length: columns }, (_, column) => pattern[column % 3]), list = Array.from({ length: count }, () => 0);
    expect(packed(weights, 1, columns, [list])).toEqual(Int32Array.from({ length: columns }, (_, column) => count * pattern[column % 3]));
  }
});

test('256 rows of 256 columns, all at the extremes, sum exactly', () => {
  for (const extreme of [-128, 127]) {
    const weights = new Int8Array(256 * 256).fill(extreme), all = Array.from({ length: 256 }, (_, row) => row);
    expect(packed(weights, 256, 256, [all, [], all])).toEqual(plain(weights, 256, [all, [], all]));
  }
});

test('saturating sums equal exact sums where nothing reaches the limits', () => {
  fc.assert(fc.property(crossbars, ({ columns, weights, lists }) => {
    const into = new Int32Array(lists.length * columns), rowLists = batch(lists);
    addRowsSaturating(weights, columns, rowLists.lists, none, rowLists.offsets, lists.length, into, columns, limitsOf(24));
    expect(into).toEqual(plain(weights, columns, lists));
  }), { seed: 20262, numRuns: 30 });
});

test('saturating sums clamp after every addition, in the order listed', () => {
  const weights = Int8Array.from([100, 100, -100]), limits = limitsOf(8), sum = (...list: readonly number[]): number => {
    const into = new Int32Array(1);
    addRowsSaturating(weights, 1, Int32Array.from(list), none, Int32Array.from([0, list.length]), 1, into, 1, limits);
    return into[0];
  };
  expect(limits).toEqual({ lowest: -128, highest: 127 });
  expect(sum(0, 1, 2)).toBe(27);  // 100, 127, 27
  expect(sum(2, 0, 1)).toBe(100); // -100, 0, 100
  expect(sum(2, 2, 0)).toBe(-28); // -100, -128, -28
});

test('a factor multiplies its row in one addition', () => {
  const into = new Int32Array(2);
  addRowsSaturating(Int8Array.from([3, -4]), 2, Int32Array.from([0, 0]), Int32Array.from([5, 200]), Int32Array.from([0, 2]), 1, into, 2, limitsOf(10));
  expect([...into]).toEqual([511, -512]);
});
