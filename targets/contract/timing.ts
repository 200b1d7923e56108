// The result of the timing half, and what a report may call it.

export const fidelities = { analytic: 'lower bound on cycles', packet: 'estimate', cycle: 'cycles' } as const;
export type Fidelity = keyof typeof fidelities;

/**
 * cycles [samples, steps]: the cycle at which each step ended (last context of the step done and its messages delivered), from the sample's start.
 * total [samples]: the cycle at which the sample ended (everything drained). cores [cores, 3]: busy, stalled, idle cycles, summed over samples.
 * links [4 * cores]: flits that crossed link 4 * router + direction. queues [cores, 2]: maxima of the injection queue (flits) and of occupied consumer slots (messages waiting).
 */
export type Timing = Readonly<{ fidelity: Fidelity; samples: number; steps: number; cycles: Float64Array; total: Float64Array; cores: Float64Array; links: Float64Array; queues: Float64Array }>;

/** Merges timings of disjoint samples in the order given. */
export function mergeTimings(parts: readonly Timing[]): Timing {
  const [first] = parts;
  const sum = (pick: (t: Timing) => Float64Array) => pick(first).map((_, i) => parts.reduce((total, part) => total + pick(part)[i], 0));
  const join = (pick: (t: Timing) => Float64Array) => Float64Array.from(parts.flatMap((part) => [...pick(part)]));
  return { ...first, samples: parts.reduce((n, part) => n + part.samples, 0), cycles: join((t) => t.cycles), total: join((t) => t.total), cores: sum((t) => t.cores), links: sum((t) => t.links),
    queues: first.queues.map((_, i) => Math.max(...parts.map((part) => part.queues[i]))) };
}
