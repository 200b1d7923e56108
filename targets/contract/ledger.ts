// The ledger: integers per step, stage and kind of event. Energy and every metric are pure functions of it; no joule and no cycle is in it.

export const memories = ['weight', 'state', 'axon', 'counter', 'table'] as const;
export type Memory = (typeof memories)[number];

/** One row per kind of event: what one count of it is. Printed by `--help`, the report and the docs. */
export const events = {
  sopBinary: 'one weight added to one accumulator because of one binary spike',
  sopGraded: 'one weight added once for one unit of a graded or ternary input (magnitude x valid fan-out)',
  sopKv: 'one counter of K^T V changed by one unit (a coincidence of a key and a value spike; levels multiply); query first, one coincidence of a query and a key spike',
  sopQ: 'one counter or stored value added because of one query spike, or one unit of its level (zeros included); query first, one unit of a score added because of one value spike',
  mac: 'one multiply-accumulate: a pixel or current with a weight, a sum with its gain, a readout value with the weight of its step',
  partialAdd: 'one incoming partial sum or current added to a column; in Hamming attention also one addition to or of its rows of sums',
  biasAdd: 'one bias added to one column',
  update: 'one neuron updated (steps x contexts x columns, with or without state; `pass` is no neuron)',
  crossing: 'one neuron that emits in a step, whatever its level or sign',
  spike: 'one unit spike emitted by a soma (level l: l of them, ternary: one)',
  compare: 'one element compared or combined by a pool or an add stage (copies combine none)',
  plasticRead: 'one entry of a plastic matrix multiplied by its input and added to a sum (entries of inputs that are 0 are not read)',
  plasticWrite: 'one entry of a plastic matrix changed: what stays of it, what its input and neuron add, held within its bound',
  message: 'one message (per producing context, route and step, empty ones included)',
  packet: 'one packet injected into the network',
  flit: 'one flit injected into the network, acknowledgements included',
  flitRouter: 'one flit passing one router of its tree (links + 1)',
  linkX: 'one flit crossing one east-west link',
  linkY: 'one flit crossing one north-south link',
  ack: 'one acknowledgement flit',
  barrier: 'one chip-wide barrier',
  weightRead: 'one word read from weight memory', weightWrite: 'one word written to weight memory',
  stateRead: 'one word read from state memory', stateWrite: 'one word written to state memory',
  axonRead: 'one word read from the axon buffer', axonWrite: 'one word written to the axon buffer',
  counterRead: 'one word read from counter memory', counterWrite: 'one word written to counter memory',
  tableRead: 'one word read from a table (bias, threshold, route)', tableWrite: 'one word written to a table',
  hostRead: 'one value that a stage on the host takes, of the chip or of another such stage',
  hostMade: 'one value that a stage on the host makes',
  hostOperation: 'one addition, multiplication, division, comparison, root or exponential on the host, in float64',
} as const;
export type EventKind = keyof typeof events;
export const eventKinds = Object.keys(events) as readonly EventKind[];
/** Work outside the chip: counted, and priced by no target. */
export const hostKinds = ['hostRead', 'hostMade', 'hostOperation'] as const satisfies readonly EventKind[];
/** An event of the chip, which its target prices. */
export type ChipKind = Exclude<EventKind, (typeof hostKinds)[number]>;
export const chipKinds = eventKinds.filter((kind): kind is ChipKind => !(hostKinds as readonly EventKind[]).includes(kind));
/** Column of an event kind in a ledger. */
export const eventIndex = Object.fromEntries(eventKinds.map((kind, i) => [kind, i])) as Readonly<Record<EventKind, number>>;

/**
 * Counts [steps, rows, eventKinds]; one row per stage, then one row for the chip (barriers). Links are charged to the stage that sent.
 * Integers below 2^53; ledgers add over samples.
 */
export type Ledger = Readonly<{ samples: number; steps: number; rows: number; counts: Float64Array }>;

export const emptyLedger = (steps: number, stages: number): Ledger =>
  ({ samples: 0, steps, rows: stages + 1, counts: new Float64Array(steps * (stages + 1) * eventKinds.length) });

export const ledgerIndex = (ledger: Ledger, step: number, row: number, kind: EventKind): number =>
  (step * ledger.rows + row) * eventKinds.length + eventIndex[kind];

/** Sum of two ledgers of the same program. */
export function addLedgers(a: Ledger, b: Ledger): Ledger {
  return { ...a, samples: a.samples + b.samples, counts: a.counts.map((count, i) => count + b.counts[i]) };
}

/** Total of one kind, over all steps and rows or those that `keep` admits. */
export function totalOf(ledger: Ledger, kind: EventKind, keep?: (row: number, step: number) => boolean): number {
  let total = 0;
  for (let step = 0; step < ledger.steps; step++) for (let row = 0; row < ledger.rows; row++) if (!keep || keep(row, step)) total += ledger.counts[ledgerIndex(ledger, step, row, kind)];
  return total;
}
