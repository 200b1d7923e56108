// The report value: what is in it, what is absent, that it is the same for the same run and always matches its schema.
import { expect, it } from 'vitest';
import { emptyLedger } from '../../targets/contract/ledger.ts';
import type { Stage } from '../../targets/contract/program.ts';
import { buildReport } from '../../runtime/report/build.ts';
import { conventionsOf } from '../../runtime/report/conventions.ts';
import { digestOf } from '../../runtime/report/digest.ts';
import type { ReportInput } from '../../runtime/report/input.ts';
import { reportHtml } from '../../runtime/report/html.ts';
import { reportJson } from '../../runtime/report/json.ts';
import { digits, quantity } from '../../runtime/report/quantities.ts';
import { checkReport, reportJsonSchema } from '../../runtime/report/schema.ts';
import { percentile, wilson } from '../../runtime/report/statistics.ts';
import { terminalSummary } from '../../runtime/report/terminal.ts';
import type { Size } from './fixture-program.ts';
import { makeProgram, usual } from './fixture-program.ts';
import { makeInput, makeTiming } from './fixture.ts';

const input = makeInput(),
  report = buildReport(input);
const small: Size = { ...usual, samples: 40, timed: 3 };
const without = (...keys: readonly (keyof ReportInput)[]): ReportInput => ({ ...makeInput(small), ...Object.fromEntries(keys.map((key) => [key, undefined])) });
const nothing = (): ReportInput => {
  const full = makeInput(small),
    program = makeProgram(small);
  return {
    ...full,
    ledger: emptyLedger(program.steps, program.stages.length),
    timing: undefined,
    samples: { requested: 40, function: 0, timed: 0 },
    partial: true,
    labels: undefined,
    float: undefined,
    chipLabels: new Int32Array(),
    chipLogits: new Float64Array(),
    ties: 0,
    layers: full.layers.map((layer) => ({ ...layer, spikes: 0 })),
    verification: { samples: 0, spikes: 0, differences: 0 },
    divergence: [],
    census: [],
    passes: [],
    verdicts: [],
    attention: [],
  };
};
const cases: readonly (readonly [string, () => ReportInput])[] = [
  ['everything known', () => input],
  ['no timing', () => without('timing')],
  ['no labels', () => without('labels')],
  ['no float reference', () => without('float')],
  ['neither labels nor float nor timing', () => without('labels', 'float', 'timing')],
  ['one class', () => makeInput({ ...small, classes: 1 })],
  ['a thousand classes', () => makeInput({ ...small, classes: 1000 })],
  ['no spike at all', () => makeInput({ ...small, silent: true })],
  ['one sample', () => makeInput({ ...small, samples: 1, timed: 1 })],
  ['interrupted before the first sample', nothing],
  ['no spiking layer recorded', () => ({ ...makeInput(small), layers: [] })],
  ['a 64 x 64 mesh and 146 layers', () => makeInput({ ...small, mesh: [64, 64], blocks: 20, tiles: 27 })],
  ['one core', () => makeInput({ ...small, mesh: [1, 1] })],
  ['an analytic time', () => ({ ...makeInput(small), timing: makeTiming(makeProgram(small), small, 'analytic') })],
];

it.each(cases)('matches its schema, in JSON, on the terminal and as a page, with %s', (_name, make) => {
  const built = buildReport(make()),
    json = reportJson(built),
    page = reportHtml(built),
    text = terminalSummary(built, { color: false });
  expect(checkReport(built)).toEqual([]);
  expect(checkReport(JSON.parse(json))).toEqual([]);
  expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(built)));
  for (const shown of [text, page.replace(/<script[\s\S]*/, '')]) expect(shown).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
});

it('publishes the same schema for version 1; a change of it is a change of this file', async () => {
  await expect(`${JSON.stringify(reportJsonSchema(), null, 1)}\n`).toMatchFileSnapshot('golden/report.schema.json');
});

it('prints the same summary for the same run', async () => {
  await expect(terminalSummary(report, { color: false })).toMatchFileSnapshot('golden/summary.txt');
});

it('gives the same value for the same run, host aside', () => {
  const again = buildReport({ ...makeInput(), host: { workers: 7, seconds: 1 } });
  expect({ ...again, host: 0 }).toEqual({ ...report, host: 0 });
  expect(reportHtml(buildReport(makeInput()))).toBe(reportHtml(report));
});

it('refuses what is not a report, by path', () => {
  expect(checkReport({ ...report, schemaVersion: 2 })).toEqual([expect.stringContaining('schemaVersion')]);
  expect(checkReport({ ...report, surprise: 1 })).toEqual([expect.stringContaining('surprise')]);
  expect(checkReport({ ...report, accuracy: { ...report.accuracy, chip: 89.1 } })).toEqual([expect.stringContaining('accuracy.chip')]);
});

it('counts accuracy and agreement as fractions of the samples that were run, however long the labels are', () => {
  const chipLabels = Int32Array.of(0, 1, 2, 3),
    labels = Int32Array.of(0, 1, 2, 9, 9, 9),
    base = makeInput({ ...usual, samples: 4, timed: 2 });
  const built = buildReport({ ...base, labels, chipLabels, float: { ...base.float!, labels: Int32Array.of(0, 1, 9, 9) } });
  expect(built.accuracy).toMatchObject({ samples: 4, chip: 0.75, float: 0.75, agreement: 0.5 });
  expect(built.accuracy.confusion!.flat().reduce((sum, count) => sum + count, 0)).toBe(4);
  expect(built.accuracy.confusion![9][3]).toBe(1);
});

it('leaves out what is not known instead of printing 0', () => {
  const built = buildReport(without('labels', 'float', 'timing'));
  for (const key of ['chip', 'float', 'agreement', 'interval']) expect(built.accuracy).not.toHaveProperty(key);
  expect(built).not.toHaveProperty('timing');
  expect(built.energy[0]).not.toHaveProperty('leakage');
  expect(built.efficiency).not.toHaveProperty('averagePowerMilliwatts');
  expect(built.cores[0]).not.toHaveProperty('busy');
});

it('says what needs saying: interrupted, unverified, unfaithful, tied', () => {
  const codes = (change: Partial<ReportInput>): readonly string[] =>
    buildReport({ ...makeInput(small), ties: 0, ...change })
      .faults.map((fault) => fault.code)
      .filter((code) => code.startsWith('R7'));
  expect(codes({})).toEqual([]);
  expect(codes({ partial: true })).toEqual(['R7001']);
  expect(codes({ verification: { samples: 2, spikes: 100, differences: 3 } })).toEqual(['R7002']);
  expect(codes({ verification: { samples: 0, spikes: 0, differences: 0 } })).toEqual(['R7003']);
  expect(codes({ ties: 1 })).toEqual(['R7004']);
});

it('sums SOPs over steps and layers to the total, and NASFR over all neurons', () => {
  const { layers, sops, totals } = report.operations,
    spikes = input.layers.reduce((sum, layer) => sum + layer.spikes, 0),
    neurons = input.layers.reduce((sum, layer) => sum + layer.neurons, 0);
  expect(layers.reduce((sum, layer) => sum + layer.sops, 0)).toBeCloseTo(sops, 6);
  expect(sops * 1000).toBeCloseTo(totals.sopBinary + totals.sopGraded + totals.sopKv + totals.sopQ, 3);
  for (const layer of layers) expect([layer.layer, layer.steps.reduce((sum, step) => sum + step, 0)]).toEqual([layer.layer, expect.closeTo(layer.sops, 6)]);
  expect(report.firing.nasfr).toBeCloseTo(spikes / (neurons * 4 * 1000), 12);
});

it('derives power and pJ per SOP from the hardware account', () => {
  const [{ dynamic, leakage, total }] = report.energy,
    seconds = report.timing!.seconds.mean;
  expect(report.efficiency.picojoulesPerSop).toEqual({ dynamic: dynamic.total / report.operations.sops, total: total / report.operations.sops });
  expect(report.efficiency.averagePowerMilliwatts!.total * 1e-3 * seconds).toBeCloseTo((dynamic.total + leakage!.total) * 1e-12, 12);
});

it('keeps busy, stalled and idle of each core a whole, and its memory within what the target has', () => {
  expect(report.cores.length).toBe(40);
  for (const core of report.cores) expect(core.busy! + core.stalled! + core.idle!).toBeCloseTo(1, 12);
  expect(report.footprint.bytes).toBe(input.program.cores.reduce((sum, core) => sum + Object.values(core.footprint).reduce((a, b) => a + b, 0), 0));
});

it.each([
  [8, 10, 0.4902, 0.9433],
  [0, 10, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [886, 1000, 0.8648, 0.9043],
] as const)('gives the Wilson interval of %i in %i', (successes, trials, low, high) => {
  const [from, to] = wilson(successes, trials)!;
  expect(from).toBeCloseTo(low, 3);
  expect(to).toBeCloseTo(high, 3);
});

it('takes percentiles by nearest rank', () => {
  const values = [50, 15, 40, 20, 35];
  expect([0, 0.05, 0.3, 0.4, 0.5, 0.99, 1].map((p) => percentile(values, p))).toEqual([15, 15, 20, 20, 35, 50, 50]);
});

it('digests outputs and ledger: the order of names does not matter, every number does', () => {
  const { ledger } = input,
    a = Int32Array.of(1, -2, 3),
    b = Int32Array.of(4),
    base = digestOf(
      new Map([
        ['a', a],
        ['b', b],
      ]),
      ledger,
    );
  expect(
    digestOf(
      new Map([
        ['b', b],
        ['a', a],
      ]),
      ledger,
    ),
  ).toBe(base);
  const counts = ledger.counts.slice();
  counts[counts.length - 1] += 1;
  const others = [
    digestOf(
      new Map([
        ['a', Int32Array.of(1, -2, 4)],
        ['b', b],
      ]),
      ledger,
    ),
    digestOf(
      new Map([
        ['a', b],
        ['b', a],
      ]),
      ledger,
    ),
    digestOf(
      new Map([
        ['a', Int32Array.of(1, -2, 3, 4)],
        ['b', Int32Array.of()],
      ]),
      ledger,
    ),
    digestOf(
      new Map([
        ['a', a],
        ['b', b],
      ]),
      { ...ledger, counts },
    ),
    digestOf(
      new Map([
        ['a', a],
        ['b', b],
      ]),
      { ...ledger, samples: 1 },
    ),
  ];
  expect(new Set([base, ...others]).size).toBe(others.length + 1);
});

it('colours the summary only when asked', () => {
  expect(terminalSummary(report, { color: false })).not.toContain('\x1b');
  expect(terminalSummary(report, { color: true })).toContain('\x1b[1m');
  expect(terminalSummary(report, { color: true }).replace(/\x1b\[\d+m/g, '')).toBe(terminalSummary(report, { color: false }));
});

it('writes quantities with three digits and the right prefix', () => {
  expect([
    quantity(8.31e-6, 'J'),
    quantity(0.000999999, 's'),
    quantity(1234567, ''),
    quantity(0, 'J'),
    quantity(999.7e-6, 'W'),
    digits(0.5),
    digits(0.1234),
    digits(1234.5),
  ]).toEqual(['8.31 µJ', '1.00 ms', '1.23 M', '0 J', '1.00 mW', '0.500', '0.123', '1,235']);
});

it('holds arrays too short for their samples to be our own mistake', () => {
  expect(() => buildReport({ ...makeInput(small), chipLabels: new Int32Array(3) })).toThrow('chipLabels has 3 entries, 40 samples need 40');
});

it.each([['direct', /^direct pixels: MACs once/], ['frames', /^event frames: /], ['spikes', /^encoded spikes: /], ['currents', /^currents: .*MACs of every step/]] as const)('says how a network that reads %s counts its first layer', (coding, rule) => {
  const made = makeInput(small), stages = [...made.program.stages, { kind: 'source', coding } as Stage];
  expect(conventionsOf({ ...made, program: { ...made.program, stages } }).find(({ name }) => name === 'first layer')?.rule).toMatch(rule);
});
