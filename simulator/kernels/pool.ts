// Pools of numbers: the general form, element by element.

export type Combine = 'or' | 'and' | 'xor' | 'max' | 'sum';

/** What a pool has combined so far and one more element; `or`, `and` and `xor` are over 0 and 1. */
export function combine(op: Combine, before: number, element: number): number {
  switch (op) {
    case 'or': case 'max': return element > before ? element : before;
    case 'and': return element < before ? element : before;
    case 'xor': return before ^ element;
    case 'sum': return before + element;
  }
}

/** Value of an empty pool: the neutral element; where nothing takes part, `max` and `and` have no value and give 0. */
const neutral = (op: Combine): number => (op === 'max' ? -Infinity : op === 'and' ? Infinity : 0);

/** Values [positions, channels] from element `at` on; channel 0 of the region is `first`. run: output channels that one channel of the region serves. */
export type ValueView = Readonly<{ values: Int32Array; at: number; channels: number; first: number; run?: number }>;

/**
 * Output [contexts, channels]: context m joins, for every source, the positions listed for it.
 * @param positions [contexts, sources, taps], -1 takes no part
 */
export function poolValues(op: Combine, sources: readonly ValueView[], positions: Int32Array, taps: number, contexts: number, channels: number, into: Int32Array): void {
  for (let context = 0; context < contexts; context++) for (let channel = 0; channel < channels; channel++) {
    let joined = neutral(op), tap = context * sources.length * taps;
    for (const source of sources) {
      const at = source.at + source.first + (source.run === undefined ? channel : Math.floor(channel / source.run));
      for (let i = 0; i < taps; i++, tap++) {
        const position = positions[tap];
        if (position >= 0) joined = combine(op, joined, source.values[at + position * source.channels]);
      }
    }
    into[context * channels + channel] = Number.isFinite(joined) ? joined : 0;
  }
}

/** Adds the values of positions first .. first + contexts - 1 to sums [contexts, channels]. */
export function addValues(source: ValueView, first: number, contexts: number, channels: number, sums: Int32Array): void {
  for (let context = 0, out = 0; context < contexts; context++) {
    const from = source.at + (first + context) * source.channels + source.first;
    for (let channel = 0; channel < channels; channel++) sums[out++] += source.values[from + channel];
  }
}

/**
 * A window over (token, channel inside its head), cut off at the head's edges. Output [contexts, channels].
 * @param first token of the first context
 */
export function poolHeads(op: Combine, source: ValueView, tokens: number, first: number, contexts: number, channels: number, width: number,
  window: readonly [number, number], padding: readonly [number, number], into: Int32Array): void {
  for (let context = 0; context < contexts; context++) for (let channel = 0; channel < channels; channel++) {
    const top = first + context - padding[0], left = (channel % width) - padding[1], head = channel - (channel % width);
    let joined = neutral(op);
    for (let token = Math.max(0, top); token < Math.min(tokens, top + window[0]); token++) {
      for (let inner = Math.max(0, left); inner < Math.min(width, left + window[1]); inner++) {
        joined = combine(op, joined, source.values[source.at + token * source.channels + source.first + head + inner]);
      }
    }
    into[context * channels + channel] = Number.isFinite(joined) ? joined : 0;
  }
}

/** All channels of a head joined. Output [contexts, heads]. @param positions [contexts] */
export function joinHeads(op: Combine, source: ValueView, positions: Int32Array, contexts: number, heads: number, width: number, into: Int32Array): void {
  for (let context = 0, out = 0; context < contexts; context++) {
    let at = source.at + positions[context] * source.channels + source.first;
    for (let head = 0; head < heads; head++) {
      let joined = neutral(op);
      for (let inner = 0; inner < width; inner++) joined = combine(op, joined, source.values[at++]);
      into[out++] = joined;
    }
  }
}
