// Where the channels of a published layer are when a program computes fewer of them: beside those that the plane holds there are some whose value is known, and some that nothing reads.

/** A channel that nothing reads is not computed, so that its values are not known. */
export const unread = -1;
/** A channel that has the same value always. @param value whole, 0 or more */
export const always = (value: number): number => -2 - value;
/** What a place says: `at`, a channel of the plane; `is`, the value it always has; neither: unread. */
export const placeOf = (place: number): Readonly<{ at?: number; is?: number }> => (place >= 0 ? { at: place } : place === unread ? {} : { is: -2 - place });

export type Places = ArrayLike<number>;

/** Channels of the layer as it was published. */
export const publishedChannels = (channels: number, places: Places | undefined): number => places?.length ?? channels;

/**
 * Values of a layer as it was published.
 * @param values [..., channels] of the plane
 * @param unknown what stands for values that are not known
 * @returns [..., places]; `values` themselves where the plane holds every channel
 */
export function published(values: ArrayLike<number>, channels: number, places: Places | undefined, unknown = 0): ArrayLike<number> {
  if (!places) return values;
  const rows = values.length / channels, made = new Int32Array(rows * places.length);
  for (let row = 0, to = 0; row < rows; row++) for (let c = 0; c < places.length; c++, to++) {
    const { at, is = unknown } = placeOf(places[c]);
    made[to] = at === undefined ? is : values[row * channels + at];
  }
  return made;
}

/** Whether the values of a published channel are known: computed, or always the same. */
export const isKnown = (places: Places | undefined, channel: number): boolean => !places || places[channel] !== unread;
