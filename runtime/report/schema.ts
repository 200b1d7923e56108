// The schema of report.json, version 1: the one declaration of the report's fields, from which the type, the check and the published JSON schema come.
import { z } from 'zod';
import { causes } from '../energy/dialect.ts';
import { eventKinds, memories } from '../../targets/contract/ledger.ts';
import { figures } from '../../targets/contract/savings.ts';
import { metrics } from '../../targets/contract/program.ts';
import { fidelities } from '../../targets/contract/timing.ts';

const count = z.int().nonnegative(),
  amount = z.number().nonnegative(),
  fraction = z.number().min(0).max(1),
  text = z.string();
const object = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).readonly();
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const keysOf = <K extends string>(record: Readonly<Record<K, unknown>>) => Object.keys(record) as K[];
const pair = z.tuple([z.number(), z.number()]).readonly();
const perKind = z.record(z.enum(eventKinds), amount).readonly(),
  spread = object({ mean: amount, least: amount, most: amount, p50: amount, p99: amount });
const basis = z.enum(['measured', 'synthesised', 'copied', 'ours']);

const place = z.union([
  object({ in: z.literal('text'), file: text, line: z.number(), column: z.number(), excerpt: text.exactOptional() }),
  object({ in: z.literal('file'), file: text, byte: z.number().exactOptional(), member: text.exactOptional() }),
  object({ in: z.literal('key'), file: text, key: text }),
  object({ in: z.literal('descriptor'), file: text, path: text }),
  object({ in: z.literal('graph'), node: text }),
  object({ in: z.literal('program'), part: text }),
  object({ in: z.literal('run'), core: z.number(), step: z.number() }),
  object({ in: z.literal('option'), option: text }),
]);
/** A fault, and what a rounding of the compiler does to one node: documents of other commands have them too. */
export const faultSchema = object({ code: text, severity: z.enum(['error', 'warning']), message: text, at: place.exactOptional(), hint: text.exactOptional() });

export const verdictSchema = object({ node: text, mechanism: text, exact: z.boolean(), detail: text.describe('what is lost; empty where nothing is') });

const line = object({
  term: text,
  cause: z.enum([...keysOf(causes), 'leakage']),
  count: amount,
  each: amount,
  total: amount,
  doubt: text.exactOptional().describe('why this cost is banded x1/2 to x2'),
  basis,
  source: text,
});
const account = object({ total: amount, band: pair, lines: list(line) });
const spent = z.partialRecord(z.enum(keysOf(causes)), amount).readonly();
const energy = object({
  dialect: text,
  title: text,
  formula: text,
  dynamic: account,
  leakage: account.exactOptional(),
  total: amount,
  causes: list(object({ cause: z.enum(keysOf(causes)), total: amount })),
  layers: list(object({ layer: text, total: amount, causes: spent })),
  variants: list(object({ name: text, formula: text, total: amount })),
  assumptions: list(text),
  warnings: list(faultSchema),
}).describe('picojoules per sample (mean)');

const footprint = object({ weights: amount, state: amount, buffers: amount, counters: amount, tables: amount });
const core = object({
  core: count,
  layers: list(count).describe('indices into model.layers'),
  stages: count,
  footprint,
  busy: fraction.exactOptional(),
  stalled: fraction.exactOptional(),
  idle: fraction.exactOptional(),
  injection: amount.exactOptional().describe('deepest injection queue, flits'),
  waiting: amount.exactOptional().describe('most messages waiting'),
});

const breakEven = object({
  sops: amount,
  synapses: amount,
  spikesPerSynapse: amount.exactOptional(),
  inMemory: amount.exactOptional(),
  inRegisters: amount.exactOptional(),
  costs: object({ accumulate: amount, multiplyAccumulate: amount, weight: amount, membrane: amount }),
  membraneBits: amount,
  formula: text,
  literature: pair,
  layers: list(object({ layer: text, sops: amount, synapses: amount, spikesPerSynapse: amount })),
});

/** The report value. Fractions are 0..1, energies picojoules per sample, counts per sample (mean) unless a key says `totals`. */
export const reportSchema = object({
  schemaVersion: z.literal(1),
  partial: z.boolean().describe('true when the run was interrupted; everything is over the samples that were done'),
  digest: text.describe('SHA-256 over outputs and ledger'),
  model: object({ name: text, sha256: text, family: text, parameters: count, steps: count, classes: list(text), layers: list(text) }),
  target: object({
    name: text,
    hash: text,
    nanometres: amount,
    volts: amount,
    hertz: amount,
    unused: z.enum(['gated', 'leaking']),
    sync: z.enum(['barrier', 'dataflow']),
    width: count,
    height: count,
    io: count,
    deadCores: list(count),
    axons: count,
    neurons: count,
    weightBits: count,
    payloadBits: count,
    sums: z.enum(['exact', 'saturating']),
    graded: z.enum(['repeat', 'multiply']),
    multicast: z.boolean(),
    memories: z.record(z.enum(memories), amount).readonly().describe('bytes per core'),
  }),
  options: object({ residual: text, scale: text, bits: count, seed: z.int().optional(), timing: text }),
  samples: object({ requested: count, function: count, timed: count }),
  accuracy: object({
    samples: count,
    float: fraction.exactOptional(),
    chip: fraction.exactOptional(),
    agreement: fraction.exactOptional(),
    interval: pair.exactOptional().describe('95 % Wilson interval of chip'),
    floatInterval: pair.exactOptional(),
    agreementInterval: pair.exactOptional(),
    ties: count,
    confusion: list(list(count)).exactOptional().describe('[label][answer of the chip]; up to 32 classes'),
  }),
  retrieval: object({
    metric: z.enum(metrics).describe('what the nearest row is nearest by'),
    rows: count.describe('of the database'),
    queries: count,
    ties: count.exactOptional().describe('queries whose right row has the score of another; lower rows count as nearer'),
    recall: list(object({ at: count, chip: fraction, interval: pair.describe('95 % Wilson interval of chip'), float: fraction.exactOptional() })).describe(
      'recall@N: share of queries whose right row is among the N nearest',
    ),
  }).exactOptional(),
  reference: object({
    engine: text,
    reasons: list(object({ engine: text, reason: text })),
    worstLogitError: amount,
    meanLogitError: amount,
    largestLogit: amount,
  }).exactOptional(),
  verification: object({ samples: count, spikes: count, differences: count }),
  divergence: list(object({ sample: count, layer: text, step: count, neuron: count })),
  operations: object({
    sops: amount,
    perSample: perKind,
    totals: z.record(z.enum(eventKinds), count).readonly(),
    layers: list(
      object({
        layer: text,
        cores: count,
        sops: amount,
        steps: list(amount).describe('SOPs per step'),
        binary: amount,
        graded: amount,
        kv: amount,
        q: amount,
        mac: amount,
        updates: amount,
        weightReads: amount,
      }),
    ),
  }),
  firing: object({
    nasfr: amount.exactOptional().describe('total spikes / (neurons x T), every LIF, mean over samples'),
    spikes: amount,
    neurons: count,
    layers: list(object({ name: text, neurons: count, spikes: amount, rate: amount })),
  }),
  census: list(object({ layer: text, binary: fraction, ternary: fraction, graded: fraction, real: fraction, where: z.enum(['step', 'once', 'host']).describe('multiplied at every step, once a sample, or on the host') }))
    .describe('what each weight matrix sees: shares of its non-zero inputs'),
  attention: list(object({ layer: text, published: text, executed: text })),
  transports: list(object({ name: text, flitLinks: amount })).describe('expected flits x links of a sample for every transport of spike residuals that compiles; empty where no spikes are added'),
  passes: list(
    object({
      name: text,
      lossless: z.boolean(),
      notes: list(text),
      saved: list(object({ what: z.enum(keysOf(figures)), before: amount, after: amount })).describe('what the pass made smaller; operations are of one sample, those of spikes expected at a firing rate of 10 %'),
    }),
  ),
  verdicts: list(verdictSchema).describe('what each rounding of the compiler does to each node; empty where only a layout file is known'),
  hosted: list(object({ layer: text, does: text, read: count.describe('values taken'), made: count.describe('values made'), operations: count.describe('float64 additions, multiplications, divisions, comparisons, roots and exponentials') }))
    .describe('what the host does in one sample; in no energy'),
  energy: list(energy),
  efficiency: object({
    picojoulesPerSop: object({ dynamic: amount, total: amount.exactOptional() }).exactOptional(),
    averagePowerMilliwatts: object({ dynamic: amount, leakage: amount, total: amount }).exactOptional(),
  }),
  breakEven,
  timing: object({
    fidelity: z.enum(keysOf(fidelities)),
    called: text,
    samples: count,
    cycles: spread,
    seconds: spread,
    perSample: list(amount),
    stepEnds: list(amount).describe('mean cycle at which each step ended'),
    samplesPerSecond: amount,
  }).exactOptional(),
  footprint: object({ total: footprint, bytes: amount, cores: count, fullest: list(object({ memory: z.enum(memories), core: count, fraction: amount })) }),
  network: object({
    messages: amount,
    packets: amount,
    flits: amount,
    linkFlits: amount,
    linksPerFlit: amount.exactOptional(),
    busiest: object({ core: count, direction: z.enum(['E', 'W', 'N', 'S']), flits: amount }).exactOptional(),
    links: list(amount).exactOptional().describe('flits per timed sample over link 4 x core + direction (E, W, N, S)'),
  }),
  cores: list(core),
  conventions: list(object({ name: text, rule: text, source: text })),
  sources: list(object({ key: text, basis, source: text })),
  costs: list(object({ kind: z.enum(eventKinds), meaning: text, each: amount, basis, source: text })),
  faults: list(faultSchema),
  host: z
    .record(text, z.union([text, z.number(), z.boolean()]))
    .readonly()
    .describe('facts of the machine and the day; all else is equal for equal runs'),
}).describe('synfire report, version 1');

export type Report = z.infer<typeof reportSchema>;

/** The published JSON schema (draft 2020-12); the same text for the same version. */
export const reportJsonSchema = (): object => z.toJSONSchema(reportSchema, { target: 'draft-2020-12', io: 'output' });

/** Paths and reasons at which a value is not a report; empty when it is one. */
export function checkReport(value: unknown): readonly string[] {
  const result = reportSchema.safeParse(value);
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}
