// Energy as a function of counts: closed forms by hand, the published formulas, and what is said when something is missing.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Target } from '../../targets/contract/arch.ts';
import type { EventKind, Ledger } from '../../targets/contract/ledger.ts';
import { addLedgers, emptyLedger, chipKinds, ledgerIndex } from '../../targets/contract/ledger.ts';
import type { Program, Synapse } from '../../targets/contract/program.ts';
import type { Milliwatts, Picojoules } from '../../targets/contract/units.ts';
import { loadTarget } from '../../targets/load.ts';
import { breakEven, breakEvenPoint } from '../../runtime/energy/break-even.ts';
import { doubtOf } from '../../runtime/energy/doubt.ts';
import { energies } from '../../runtime/energy/energies.ts';
import { dialects } from '../../runtime/energy/index.ts';
import { makeProgram, makeTarget, usual } from '../report/fixture-program.ts';
import { makeLedger, makeTiming } from '../report/fixture.ts';

const program = makeProgram(usual),
  ledger = makeLedger(program, usual),
  timing = makeTiming(program, usual),
  target = makeTarget(usual.mesh);
const [hardware, literature] = energies({ ledger, timing, target, program });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** One sample in which row 0 counted what is given at step 0, and nothing else happened. */
function counted(counts: Partial<Record<EventKind, number>>, samples = 1): Ledger {
  const made: Ledger = { ...emptyLedger(program.steps, program.stages.length), samples };
  for (const [kind, count] of Object.entries(counts)) made.counts[ledgerIndex(made, 0, 0, kind as EventKind)] = count;
  return made;
}
const withArch = (change: (target: Target) => Target['arch']): Target => ({ ...target, arch: change(target) });

it('charges every kind of event exactly once', () => {
  expect(hardware.dynamic.lines.map((line) => line.term)).toEqual([...chipKinds]);
  const distinct = {
    ...target,
    costs: Object.fromEntries(chipKinds.map((kind, i) => [kind, { ...target.costs[kind], each: (i + 1) as Picojoules }])) as Target['costs'],
  };
  for (const [i, kind] of chipKinds.entries()) {
    const [account] = energies({ ledger: counted({ [kind]: 7 }), timing, target: distinct, program });
    expect([kind, account.dynamic.total, sum(account.causes.map((cause) => cause.total)), sum(account.layers.map((layer) => layer.total))]).toEqual([
      kind,
      7 * (i + 1),
      7 * (i + 1),
      7 * (i + 1),
    ]);
  }
});

it.each(dialects.map((dialect) => [dialect.name, dialect] as const))(
  'splits the dynamic energy of %s by cause and by layer without losing any',
  (_name, dialect) => {
    const account = dialect.account({ ledger, timing, target, program }),
      whole = account.dynamic.total;
    expect(whole).toBeGreaterThan(1e6);
    expect(sum(account.causes.map((cause) => cause.total)) / whole).toBeCloseTo(1, 12);
    expect(sum(account.layers.map((layer) => layer.total)) / whole).toBeCloseTo(1, 12);
    expect(sum(account.dynamic.lines.map((line) => line.count * line.each)) / whole).toBeCloseTo(1, 12);
    expect(account.total).toBe(whole + (account.leakage?.total ?? 0));
  },
);

it('gives the same energy per sample when the same samples are counted again', () => {
  const [again] = energies({ ledger: addLedgers(ledger, ledger), timing, target, program });
  expect(again.dynamic.total / hardware.dynamic.total).toBeCloseTo(1, 12);
});

it('is linear in the counts: the energy of two ledgers together is the sum of both', () => {
  const counts = fc
    .array(fc.tuple(fc.constantFrom(...chipKinds), fc.nat(1e6)), { maxLength: 8 })
    .map((pairs) => Object.fromEntries(pairs) as Partial<Record<EventKind, number>>);
  fc.assert(
    fc.property(counts, counts, (a, b) => {
      const both = { ...counted(a), counts: counted(a).counts.map((count, i) => count + counted(b).counts[i]) };
      for (const dialect of dialects) {
        const [x, y, xy] = [counted(a), counted(b), both].map((one) => dialect.account({ ledger: one, timing, target, program }).dynamic.total);
        expect(Math.abs(xy - x - y)).toBeLessThanOrEqual(1e-9 * (xy + 1));
      }
    }),
    { seed: 5, numRuns: 20 },
  );
});

it('prints the literature figure of the reference: 0.978 G additions and 5.31 M MACs are 0.904 mJ, less with the first layer hoisted', () => {
  const [, account] = energies({
    ledger: counted({ sopBinary: 0.9e9, sopGraded: 0.07e9, sopKv: 0.003e9, sopQ: 0.005e9, mac: 5_308_416 / 4 }),
    timing: undefined,
    target,
    program,
  });
  const exact = 0.9 * 0.978e9 + 4.6 * 5_308_416;
  expect(account.total).toBeCloseTo(exact, 3);
  expect(account.total * 1e-9).toBeCloseTo(0.904, 2);
  expect(account.variants.map((variant) => variant.total)).toEqual([account.total, expect.closeTo(0.9 * 0.978e9 + (4.6 * 5_308_416) / 4, 3)]);
});

it('repeats only the first layer per step in the literature figure: MACs of other stages count as often as they were done', () => {
  const made = counted({ mac: 100 }), behind = program.stages.findIndex((stage) => stage.kind === 'synapse' && stage.evaluate === 'step');
  made.counts[ledgerIndex(made, 2, behind, 'mac')] = 7;
  const [, { total, formula, layers, dynamic, variants }] = energies({ ledger: made, timing: undefined, target, program });
  expect(total).toBeCloseTo(4.6 * (100 * program.steps + 7), 9);
  expect(variants.map((variant) => variant.total)).toEqual([total, expect.closeTo(4.6 * 107, 9)]);
  expect(dynamic.lines.filter(({ term }) => term === 'mac').map(({ cause, count }) => [cause, count])).toEqual([['pixels', 100 * program.steps], ['synapses', 7]]);
  expect(layers.find(({ layer }) => layer === program.layers[program.stages[behind].layer])?.total).toBeCloseTo(4.6 * 7, 9);
  expect(formula).toContain('4.6 pJ x other MACs, as often as they are done');
});

it('counts nothing but synaptic operations, MACs and what a plastic matrix multiplies as literature', () => {
  const paid = chipKinds.filter((kind) => energies({ ledger: counted({ [kind]: 1 }), timing, target, program })[1].total > 0);
  expect(paid.sort()).toEqual(['mac', 'plasticRead', 'plasticWrite', 'sopBinary', 'sopGraded', 'sopKv', 'sopQ']);
});

it('leaks milliwatts times the mean time of a timed sample', () => {
  const flat = { ...timing, samples: 2, total: Float64Array.of(100_000, 300_000) }; // 1 ms on average at 200 MHz
  const [account] = energies({ ledger, timing: flat, target, program }),
    lines = new Map(account.leakage!.lines.map((line) => [line.term.split(/[ ,]/)[0], line]));
  expect([lines.get('weight')!.count, lines.get('weight')!.each, lines.get('weight')!.total]).toEqual([
    40,
    expect.closeTo(10.88e6, 0),
    expect.closeTo(40 * 10.88e6, 0),
  ]);
  expect(lines.get('router')!.each).toBeCloseTo(12.34e6, 0);
  expect(account.leakage!.total).toBeCloseTo(40 * (10.88 + 10.88 + 5.44 + 5.44 + 1.36) * 1e6 + lines.get('router')!.count * 12.34e6, 0);
});

it('powers routers that a route only passes, and every tile where unused ones leak', () => {
  const one: Program = {
    ...program,
    cores: [{ ...program.cores[0], core: 0 }],
    routes: [{ from: 1, output: 0, contexts: { from: 0, to: 1 }, edges: [], copies: [Uint32Array.of(0, 4 * 1 + 3)] }],
  }; // 0 east to 1, 1 south to 9
  const powered = (chosen: Target): readonly number[] => energies({ ledger, timing, target: chosen, program: one })[0].leakage!.lines.map((line) => line.count);
  expect(powered(target)).toEqual([1, 1, 1, 1, 1, 3]);
  expect(powered(withArch(({ arch }) => ({ ...arch, technology: { ...arch.technology, unused: 'leaking' } })))).toEqual([64, 64, 64, 64, 64, 64]);
});

it('has no leakage without time, and says so', () => {
  const [account] = energies({ ledger, timing: undefined, target, program });
  expect(account.leakage).toBeUndefined();
  expect(account.total).toBe(account.dynamic.total);
  expect(account.warnings.map((warning) => warning.code)).toContain('R6002');
});

it('calls leakage over an analytic time a lower bound', () => {
  const said = (fidelity: 'cycle' | 'analytic'): string => energies({ ledger, timing: { ...timing, fidelity }, target, program })[0].assumptions.join('\n');
  expect(said('analytic')).toContain('lower bound');
  expect(said('cycle')).not.toContain('lower bound');
});

it('bands costs copied from another or an unknown node by two, and no others', () => {
  const doubtful = hardware.dynamic.lines.filter((line) => line.doubt),
    trusted = sum(hardware.dynamic.lines.filter((line) => !line.doubt).map((line) => line.total)),
    rest = sum(doubtful.map((line) => line.total));
  expect(doubtful.map((line) => line.term)).toEqual(['flitRouter', 'linkX', 'linkY']);
  expect(hardware.dynamic.band).toEqual([expect.closeTo(trusted + rest / 2, 0), expect.closeTo(trusted + rest * 2, 0)]);
  expect(hardware.leakage!.band).toEqual([hardware.leakage!.total / 2, hardware.leakage!.total * 2]);
  expect(hardware.warnings.filter((warning) => warning.code === 'R6001').map((warning) => warning.message)).toEqual([
    expect.stringContaining('Noxim'),
    expect.stringContaining('SATA'),
  ]);
});

it.each([
  ['Horowitz, ISSCC 2014: int32 add', 'copied', 45, undefined],
  ['Horowitz, ISSCC 2014: int32 add', 'copied', 28, 'copied from 45 nm while the target is 28 nm'],
  ['Aladdin, 40 nm', 'copied', 45, 'copied from 40 nm while the target is 45 nm'],
  ['Aladdin, 40 nm', 'copied', 40, undefined],
  ['Noxim (node not stated)', 'copied', 45, 'copied from an unknown node'],
  ['our synthesis', 'synthesised', 45, undefined],
  ['synthesis at 28 nm', 'synthesised', 45, 'copied from 28 nm while the target is 45 nm'],
  ['design choice, as at 7 nm', 'ours', 45, undefined],
] as const)('judges "%s" (%s) on a %i nm target', (source, basis, nanometres, doubt) => {
  expect(doubtOf({ basis, source }, nanometres)).toBe(doubt);
});

it('trusts the Horowitz rows of mesh45 and doubts its network, compares and leakage', () => {
  const loaded = loadTarget('mesh45');
  if (!loaded.ok) throw new Error(loaded.faults[0].message);
  const [account] = energies({ ledger: counted(Object.fromEntries(chipKinds.map((kind) => [kind, 1]))), timing, target: loaded.value, program });
  expect(account.dynamic.lines.filter((line) => line.doubt).map((line) => line.term)).toEqual(['compare', 'flitRouter', 'linkX', 'linkY']);
  expect(account.leakage!.lines.every((line) => line.doubt && line.source !== 'not cited')).toBe(true);
});

it('gives zeros and a warning for a run of no sample', () => {
  const accounts = energies({ ledger: emptyLedger(program.steps, program.stages.length), timing: undefined, target, program });
  expect(accounts.map((account) => [account.total, account.warnings.some((warning) => warning.code === 'R6003')])).toEqual([
    [0, true],
    [0, true],
  ]);
});

it('finds the break-even points of the reference: 0.24 in memory, 1.15 in registers, 5.1 by fp32 arithmetic alone', () => {
  const costs = { accumulate: 0.05, multiplyAccumulate: 0.25, weight: 1.25, membrane: 5 };
  expect(breakEvenPoint(costs)).toBeCloseTo(0.24, 2);
  expect(breakEvenPoint({ ...costs, membrane: 0 })).toBeCloseTo(1.15, 2);
  expect(breakEvenPoint({ accumulate: 0.9, multiplyAccumulate: 4.6, weight: 0, membrane: 0 })).toBeCloseTo(5.11, 2);
  expect(breakEvenPoint({ accumulate: 0, multiplyAccumulate: 1, weight: 0, membrane: 0 })).toBeUndefined();
});

it.each([
  [[1, 1], [16, 16], 8464],
  [[2, 2], [8, 8], 2116],
] as const)('counts the synapses of a 3x3 convolution 1 -> 4 over 16x16 at stride %j without its border', (stride, outGrid, synapses) => {
  const gather: Synapse['gather'] = {
    window: [3, 3],
    stride,
    padding: [1, 1],
    outGrid,
    taps: { from: 0, to: 9 },
    shifts: [0],
    groups: 1,
    from: [{ plane: 0, positions: { from: 0, to: 256 }, channels: { from: 0, to: 1 } }],
  };
  const conv: Synapse = {
    kind: 'synapse',
    id: 0,
    layer: 0,
    contexts: { from: 0, to: outGrid[0] * outGrid[1] },
    columns: { from: 0, to: 4 },
    block: 0,
    evaluate: 'step',
    sumBits: 8,
    gather,
  };
  const twice: Synapse = { ...conv, gather: { ...gather, from: [gather.from[0], gather.from[0]], shifts: [0, 0] } };
  for (const stage of [conv, twice]) {
    const net: Program = {
      ...program,
      layers: ['conv'],
      planes: [{ name: 'spikes', grid: [16, 16], channels: 1, carrier: { as: 'spike' }, per: 'step' }],
      stages: [stage],
      cores: [],
      routes: [],
    };
    const counts: Ledger = { ...emptyLedger(4, 1), samples: 2 };
    counts.counts[ledgerIndex(counts, 0, 0, 'sopBinary')] = synapses;
    expect(breakEven(counts, net, target)).toMatchObject({ synapses, sops: synapses / 2, spikesPerSynapse: 0.5 });
  }
});

it('takes weight and membrane accesses as their share of a word, and leaves pixels and attention out of k', () => {
  const panel = breakEven(ledger, program, target);
  expect(panel.costs).toEqual({ accumulate: 0.1, multiplyAccumulate: 0.3, weight: expect.closeTo(1.25, 9), membrane: expect.closeTo(10, 9) });
  expect(panel.inMemory).toBeCloseTo(1.55 / 11.35, 9);
  expect(panel.inRegisters).toBeCloseTo(1.55 / 1.35, 9);
  expect(panel.layers.map((layer) => layer.layer)).not.toContain('patch_embed.proj_conv');
  expect(panel.layers.map((layer) => layer.layer)).not.toContain('block.0.attn.attn_lif');
  expect(panel.sops).toBeCloseTo(panel.synapses * panel.spikesPerSynapse!, 3);
});

it('refuses a ledger of another program', () => {
  expect(() => energies({ ledger: emptyLedger(4, 3), timing, target, program })).toThrow('the ledger has 4 rows');
});

it('shows the literature beside the hardware account, never as the estimate', () => {
  expect([hardware.dialect, literature.dialect]).toEqual(['hardware', 'literature']);
  expect(literature.leakage).toBeUndefined();
  const silent = withArch(({ arch }) => ({
    ...arch,
    technology: {
      ...arch.technology,
      leakage: { weight: 0, state: 0, axon: 0, counter: 0, table: 0, router: 0 } as Record<keyof typeof arch.technology.leakage, Milliwatts>,
    },
  }));
  expect(energies({ ledger, timing, target: silent, program })[0].leakage!.total).toBe(0);
});
