// A plausible run made by hand: ledger, timing and all that a report is made from. Deterministic; every size is an option.
import type { EventKind, Ledger } from '../../targets/contract/ledger.ts';
import { eventKinds, ledgerIndex } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';
import type { Timing } from '../../targets/contract/timing.ts';
import type { ReportInput } from '../../runtime/report/input.ts';
import type { Size } from './fixture-program.ts';
import { dice, makeProgram, makeTarget, usual } from './fixture-program.ts';

export function makeLedger(program: Program, size: Size): Ledger {
  const rows = program.stages.length + 1,
    roll = dice(7),
    ledger: Ledger = { samples: size.samples, steps: size.steps, rows, counts: new Float64Array(size.steps * rows * eventKinds.length) };
  const add = (step: number, row: number, kind: EventKind, count: number): void => {
    ledger.counts[ledgerIndex(ledger, step, row, kind)] = Math.round(count * size.samples * (size.silent ? 0 : 1));
  };
  for (let step = 0; step < size.steps; step++)
    program.stages.forEach((stage, row) => {
      const contexts = stage.contexts.to - stage.contexts.from,
        rate = (0.08 + 0.14 * roll()) * (0.6 + 0.15 * step);
      if (stage.kind === 'synapse') {
        const { rows: axons, columns } = program.blocks[stage.block],
          active = contexts * axons * rate;
        if (stage.evaluate === 'sample') {
          if (step === 0) {
            add(0, row, 'mac', contexts * axons * columns * 0.93);
            add(0, row, 'weightRead', contexts * axons * Math.ceil(columns / 8));
          }
          return;
        }
        const graded = program.layers[stage.layer].includes('block') && !program.layers[stage.layer].includes('proj');
        add(step, row, 'sopBinary', graded ? 0 : active * columns);
        add(step, row, 'sopGraded', graded ? active * columns * 1.4 : 0);
        add(step, row, 'weightRead', active * Math.ceil(columns / 8));
        add(step, row, 'axonRead', contexts * Math.ceil(axons / 64));
        add(step, row, 'axonWrite', contexts * Math.ceil(axons / 128));
      } else if (stage.kind === 'attend') {
        add(step, row, 'sopKv', 600 * roll());
        add(step, row, 'sopQ', 4000 * roll());
        add(step, row, 'counterRead', 700);
        add(step, row, 'counterWrite', 350);
        add(step, row, 'axonRead', 200);
      } else if (stage.kind === 'soma') {
        const columns = stage.columns.to - stage.columns.from,
          cells = contexts * columns;
        add(step, row, 'update', cells);
        add(step, row, 'biasAdd', cells);
        add(step, row, 'spike', cells * rate);
        add(step, row, 'crossing', cells * rate);
        add(step, row, 'stateRead', step === 0 ? 0 : cells / 4);
        add(step, row, 'stateWrite', cells / 4);
        add(step, row, 'tableRead', cells * 0.7);
        add(step, row, 'message', contexts);
        add(step, row, 'packet', contexts);
        const flits = contexts * (1 + (cells * rate) / contexts / 8);
        add(step, row, 'flit', flits);
        add(step, row, 'flitRouter', flits * 3);
        add(step, row, 'linkX', flits * 1.5);
        add(step, row, 'linkY', flits * 0.5);
        add(step, row, 'ack', 2);
      }
    });
  return ledger;
}

export function makeTiming(program: Program, size: Size, fidelity: Timing['fidelity'] = 'cycle'): Timing {
  const cores = size.mesh[0] * size.mesh[1],
    roll = dice(11),
    total = Float64Array.from({ length: size.timed }, () => Math.round(82000 + 9000 * roll() + 4000 * roll() ** 8));
  const out = {
    fidelity,
    samples: size.timed,
    steps: size.steps,
    total,
    cycles: new Float64Array(size.timed * size.steps),
    cores: new Float64Array(cores * 3),
    links: new Float64Array(4 * cores),
    queues: new Float64Array(cores * 2),
  };
  for (let s = 0; s < size.timed; s++)
    for (let t = 0; t < size.steps; t++) out.cycles[s * size.steps + t] = Math.round(total[s] * (0.34 + (0.66 * (t + 1)) / size.steps));
  const whole = total.reduce((sum, n) => sum + n, 0);
  for (let core = 0; core < cores; core++) {
    const used = program.cores.some((image) => image.core === core),
      busy = used ? Math.round(whole * (0.02 + 0.85 * roll() ** 2)) : 0,
      stalled = used ? Math.round((whole - busy) * 0.12 * roll()) : 0;
    out.cores.set([busy, stalled, whole - busy - stalled], core * 3);
    if (used) out.queues.set([Math.round(16 * roll()), Math.round(60 * roll())], core * 2);
    for (let direction = 0; direction < 4; direction++) {
      const x = core % size.mesh[0],
        y = Math.floor(core / size.mesh[0]);
      const there = [x + 1 < size.mesh[0], x > 0, y > 0, y + 1 < size.mesh[1]][direction];
      if (there && used) out.links[4 * core + direction] = Math.round(size.timed * 9000 * roll() ** 3);
    }
  }
  return out;
}

export function makeInput(size: Size = usual): ReportInput {
  const program = makeProgram(size),
    target = makeTarget(size.mesh),
    ledger = makeLedger(program, size),
    timing = makeTiming(program, size),
    roll = dice(3),
    { samples, classes } = size;
  const labels = Int32Array.from({ length: samples }, () => Math.floor(roll() * classes));
  const guess = (label: number, right: number): number => (roll() < right ? label : Math.floor(roll() * classes));
  const floatLabels = Int32Array.from(labels, (label) => guess(label, 0.88)),
    chipLabels = Int32Array.from(floatLabels, (label) => guess(label, 0.96));
  const logits = (from: Int32Array): Float64Array =>
    Float64Array.from({ length: samples * classes }, (_, i) => (from[Math.floor(i / classes)] === i % classes ? 4 : 0) + roll());
  const spiking = program.layers.filter((name) => name !== 'head');
  return {
    model: { name: 'spikformer-2-64-fashion', sha256: 'b'.repeat(64), family: 'spikformer-cifar', parameters: 297514 },
    program,
    target,
    ledger,
    timing,
    options: { residual: 'unary', scale: 'max', bits: 8, seed: 0, timing: 'cycle' },
    samples: { requested: samples, function: samples, timed: size.timed },
    partial: false,
    labels,
    chipLabels,
    chipLogits: logits(chipLabels),
    ties: 3,
    float: { engine: 'wasm', reasons: [{ engine: 'node', reason: 'tfjs-node is not installed' }], labels: floatLabels, logits: logits(floatLabels) },
    verification: { samples: Math.min(20, samples), spikes: 9_406_460, differences: 0 },
    divergence: [{ sample: 0, layer: 'patch_embed.proj_lif1', step: 0, neuron: 412 }],
    digest: 'c'.repeat(64),
    layers: spiking.map((name, i) => ({
      name: name.replace('_linear', '_lif').replace('_conv', '_lif'),
      neurons: 3136 + 64 * i,
      spikes: size.silent ? 0 : Math.round((3136 + 64 * i) * size.steps * samples * (0.04 + 0.2 * roll())),
    })),
    census: program.layers.map((layer, i) =>
      i === 0
        ? { layer, binary: 0, ternary: 0, graded: 0, real: 1, where: 'once' }
        : layer.includes('mlp.fc1')
          ? { layer, binary: 0.82, ternary: 0, graded: 0.18, real: 0, where: 'step' }
          : { layer, binary: 1, ternary: 0, graded: 0, real: 0, where: 'step' },
    ),
    passes: [
      { name: 'fold-norm', lossless: true, notes: ['13 norms folded'], saved: [] },
      { name: 'quantise', lossless: false, notes: ['int8, max scale, largest error of a weight 0.39 %'], saved: [] },
      { name: 'eliminate', lossless: true, notes: ['fc1: 128 channels -> 60 (29 silent, 39 unread)'], saved: [{ what: 'rows', before: 1568, after: 418 }, { what: 'sops', before: 1234567.5, after: 345678 }] },
    ],
    verdicts: program.layers.flatMap((node, i) => [
      { node, mechanism: 'weights', exact: i === 0, detail: i === 0 ? '' : '60 of 64 values move, by up to 0.50 units' },
      { node, mechanism: 'thresholds', exact: true, detail: '' },
    ]),
    transports: [
      { name: 'unary', flitLinks: 10752 },
      { name: 'payload', flitLinks: 10688 },
    ],
    attention: Array.from({ length: size.blocks }, (_, b) => ({ layer: `block.${b}.attn`, published: '(q k^T) v', executed: 'q (k^T v)' })),
    faults: [],
    host: { workers: 2, node: 'v20.19.0', seconds: 61.2, imagesPerSecond: 21.5 },
  };
}
