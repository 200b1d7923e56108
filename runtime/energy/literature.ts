// Dialect `literature`: fp32 arithmetic at 45 nm, nothing else, as spiking transformer papers print it. Never the estimate.
import type { EventKind } from '../../targets/contract/ledger.ts';
import { ledgerIndex } from '../../targets/contract/ledger.ts';
import type { Cause, Dialect, Energy, EnergyInput, EnergyLine } from './dialect.ts';
import { picojoules, splitByLayer, sumLines } from './dialect.ts';
import { countOf, countsByLayer, perSample, sopKinds } from './counts.ts';
import { nothingCounted } from './faults.ts';

/** fp32 addition and multiply-accumulate (0.9 + 3.7), 45 nm, 0.9 V. */
export const literaturePicojoules = { accumulate: 0.9, multiplyAccumulate: 4.6 } as const;
const horowitz = 'Horowitz, ISSCC 2014, 45 nm 0.9 V, fp32';
const causeOf: Readonly<Record<(typeof sopKinds)[number], Cause>> = { sopBinary: 'synapses', sopGraded: 'synapses', sopKv: 'attention', sopQ: 'attention' };

const plasticKinds = ['plasticRead', 'plasticWrite'] as const satisfies readonly EventKind[];

function account({ ledger, program }: EnergyInput): Energy {
  const table = countsByLayer(ledger, program),
    { accumulate, multiplyAccumulate } = literaturePicojoules,
    steps = program.steps,
    learnt = plasticKinds.filter((kind) => countOf(table, kind) > 0);
  // MACs of the first layer are done at step 0 only (machine.md section 3), papers repeat them every step; all others are counted at the steps they are done at.
  const once = new Float64Array(table.layers.length);
  for (const [row, stage] of program.stages.entries())
    if (stage.kind === 'synapse' && stage.evaluate === 'sample') once[stage.layer] += ledger.counts[ledgerIndex(ledger, 0, row, 'mac')];
  const first = perSample(once.reduce((sum, count) => sum + count, 0), ledger.samples),
    every = perSample(countOf(table, 'mac'), ledger.samples) - first;
  const line = (term: EventKind, cause: Cause, each: number, note: string, count = perSample(countOf(table, term), ledger.samples)): EnergyLine =>
    ({ term, cause, count, each: picojoules(each), total: picojoules(count * each), basis: 'copied', source: `${horowitz} ${note}` });
  const lines = [
    line('mac', 'pixels', multiplyAccumulate, 'multiply-accumulate 4.6 pJ', first * steps),
    ...(every > 0 ? [line('mac', 'synapses', multiplyAccumulate, 'multiply-accumulate 4.6 pJ', every)] : []),
    ...sopKinds.map((kind) => line(kind, causeOf[kind], accumulate, 'add 0.9 pJ')),
    // A network that learns on the chip multiplies, whatever its spikes are; its memory is left out, as that of weights is.
    ...learnt.map((kind) => line(kind, 'plasticity', multiplyAccumulate, 'multiply-accumulate 4.6 pJ')),
  ];
  const dynamic = sumLines(lines),
    hoisted = dynamic.total - lines[0].total + lines[0].total / steps;
  const split = splitByLayer(table.layers, (layer) => {
    const pixels = once[layer],
      others = countOf(table, 'mac', layer) - pixels;
    const spent = new Map<Cause, number>([['pixels', perSample(pixels, ledger.samples) * steps * multiplyAccumulate], ['synapses', perSample(others, ledger.samples) * multiplyAccumulate]]);
    for (const kind of sopKinds)
      spent.set(causeOf[kind], (spent.get(causeOf[kind]) ?? 0) + perSample(countOf(table, kind, layer), ledger.samples) * accumulate);
    for (const kind of learnt) spent.set('plasticity', (spent.get('plasticity') ?? 0) + perSample(countOf(table, kind, layer), ledger.samples) * multiplyAccumulate);
    return spent;
  });
  const rule = (times: string): string => `0.9 pJ x (binary + graded + attention kv + attention q SOPs) + 4.6 pJ x first-layer MACs${times}${every > 0 ? ' + 4.6 pJ x other MACs, as often as they are done' : ''}${learnt.length > 0 ? ' + 4.6 pJ x reads and changes of plastic entries' : ''}`;
  return {
    dialect: 'literature',
    title,
    formula: rule(` x T (T = ${steps})`),
    dynamic,
    total: dynamic.total,
    ...split,
    variants: [
      { name: 'first layer per step', formula: rule(' x T'), total: dynamic.total },
      { name: 'first layer hoisted (computed once)', formula: rule(''), total: picojoules(hoisted) },
    ],
    assumptions: [
      'a count of n is n unit spikes (event-exact, unary); borders are excluded from fan-out',
      'attention in the order the chip executes; Boolean attention is 0 SOP',
      'not counted, as in the papers: memories, membranes, addressing, network, leakage, neuron updates, biases',
      'fp32 costs although the chip computes in integers',
    ],
    warnings: ledger.samples > 0 ? [] : [nothingCounted()],
  };
}

const title = 'Literature convention: 0.9 / 4.6 pJ';
/** Printed for comparison with papers. Source: energy.md section 8, last formula; Horowitz 2014. */
export const literature: Dialect = { name: 'literature', title, account };
