// Dialect `hardware`: every event at the target's own cost, memories in words of its width, the network as mapped, leakage over the time it took.
import type { ChipKind } from '../../targets/contract/ledger.ts';
import { chipKinds, events } from '../../targets/contract/ledger.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { fidelities } from '../../targets/contract/timing.ts';
import type { Cause, Dialect, Energy, EnergyInput, EnergyLine } from './dialect.ts';
import { picojoules, splitByLayer, sumLines } from './dialect.ts';
import { countOf, countsByLayer, perSample } from './counts.ts';
import { doubtOf } from './doubt.ts';
import { doubtfulCost, leakageAbsent, nothingCounted } from './faults.ts';
import { leakageLines } from './leakage.ts';

/** What each kind of event is charged to. */
export const causeOf: Readonly<Record<ChipKind, Cause>> = {
  sopBinary: 'synapses',
  sopGraded: 'synapses',
  sopKv: 'attention',
  sopQ: 'attention',
  mac: 'synapses',
  partialAdd: 'synapses',
  biasAdd: 'soma',
  update: 'soma',
  crossing: 'soma',
  spike: 'soma',
  compare: 'pools',
  plasticRead: 'plasticity',
  plasticWrite: 'plasticity',
  message: 'control',
  packet: 'control',
  flit: 'control',
  flitRouter: 'routers',
  linkX: 'links',
  linkY: 'links',
  ack: 'control',
  barrier: 'control',
  weightRead: 'weights',
  weightWrite: 'weights',
  stateRead: 'state',
  stateWrite: 'state',
  axonRead: 'buffers',
  axonWrite: 'buffers',
  counterRead: 'buffers',
  counterWrite: 'buffers',
  tableRead: 'buffers',
  tableWrite: 'buffers',
};

const formula = 'dynamic = sum over event kinds of count x cost; leakage = powered units x milliwatts x mean time of a timed sample';

function account({ ledger, timing, target, program }: EnergyInput): Energy {
  const table = countsByLayer(ledger, program),
    { technology } = target.arch,
    timed = timing && timing.samples > 0 ? timing : undefined;
  const lines = chipKinds.map((kind): EnergyLine => {
    const cost = target.costs[kind],
      count = perSample(countOf(table, kind), ledger.samples),
      doubt = count * cost.each > 0 ? doubtOf(cost, technology.nanometres) : undefined;
    return {
      term: kind,
      cause: causeOf[kind],
      count,
      each: cost.each,
      total: picojoules(count * cost.each),
      basis: cost.basis,
      source: cost.source,
      ...(doubt && { doubt }),
    };
  });
  const dynamic = sumLines(lines),
    leakage = timed && sumLines(leakageLines(program, target, timed));
  const split = splitByLayer(table.layers, (layer) => {
    const spent = new Map<Cause, number>();
    for (const kind of chipKinds)
      spent.set(causeOf[kind], (spent.get(causeOf[kind]) ?? 0) + perSample(countOf(table, kind, layer), ledger.samples) * target.costs[kind].each);
    return spent;
  });
  const free = chipKinds.filter((kind) => target.costs[kind].each === 0);
  return {
    dialect: 'hardware',
    title,
    formula,
    dynamic,
    ...(leakage && { leakage }),
    total: picojoules(dynamic.total + (leakage?.total ?? 0)),
    ...split,
    variants: [],
    assumptions: [
      `${technology.nanometres} nm, ${technology.volts} V, ${technology.hertz / 1e6} MHz; memory events are words of the target's width`,
      ...(timed
        ? [
            `leakage runs over ${fidelities[timed.fidelity]} (${timed.fidelity}, mean of ${timed.samples} timed samples)` +
              (timed.fidelity === 'analytic' ? ', so it is a lower bound too' : ''),
            technology.unused === 'gated'
              ? 'unused tiles are power-gated: cores that hold a stage leak, and routers of those cores and of every tile that a route touches'
              : 'unused tiles leak: every core and router of the mesh is counted',
          ]
        : []),
      'not modelled: the host link beyond the io tile, boot programming, the clock tree, control logic',
      ...(free.length > 0 ? [`cost 0 by the target: ${free.map((kind) => events[kind]).join('; ')}`] : []),
    ],
    warnings: [...(ledger.samples > 0 ? [] : [nothingCounted()]), ...(timed ? [] : [leakageAbsent()]), ...doubts([...lines, ...(leakage?.lines ?? [])])],
  };
}

/** One warning per source, naming all costs that rest on it. */
function doubts(lines: readonly EnergyLine[]): readonly Fault[] {
  const groups = new Map<string, { terms: string[]; doubt: string; source: string }>();
  for (const { term, doubt, source, cause } of lines) {
    if (!doubt) continue;
    const key = `${doubt}|${source}`,
      group = groups.get(key) ?? { terms: [], doubt, source };
    group.terms.push(cause === 'leakage' ? `leakage (${term})` : term);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ terms, doubt, source }) => doubtfulCost(terms, doubt, source));
}

const title = 'Hardware: the target as mapped';
/** The estimate: deployed widths, memories, mapped network; dynamic and leakage apart. Source: energy.md sections 1 and 3. */
export const hardware: Dialect = { name: 'hardware', title, account };
