// Many short lists of numbers in two arrays.

/** List i is items[start[i]] .. items[start[i + 1] - 1]. */
export type Lists = Readonly<{ start: Int32Array; items: Int32Array }>;

export function joinLists(lists: readonly (readonly number[])[]): Lists {
  const start = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => { start[i + 1] = start[i] + list.length; });
  return { start, items: Int32Array.from(lists.flat()) };
}
