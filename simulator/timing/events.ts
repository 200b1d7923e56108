// The next event of every core, earliest first: a binary heap of cores, by time and then by core.

export type Events = { readonly time: Float64Array; readonly heap: Int32Array; size: number };

export const createEvents = (cores: number): Events => ({ time: new Float64Array(cores), heap: new Int32Array(cores), size: 0 });

export const nextEvent = (events: Events): number => (events.size === 0 ? Infinity : events.time[events.heap[0]]);

const isBefore = ({ time }: Events, a: number, b: number): boolean => time[a] < time[b] || (time[a] === time[b] && a < b);

/** A core has at most one event. */
export function schedule(events: Events, core: number, time: number): void {
  const { heap } = events;
  events.time[core] = time;
  let at = events.size++;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(events, core, heap[parent])) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = core;
}

/** Removes the earliest event and returns its core. */
export function takeEvent(events: Events): number {
  const { heap } = events, first = heap[0], last = heap[--events.size];
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= events.size) break;
    if (child + 1 < events.size && isBefore(events, heap[child + 1], heap[child])) child++;
    if (!isBefore(events, heap[child], last)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return first;
}
