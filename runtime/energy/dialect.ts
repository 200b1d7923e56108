// What an energy dialect is given and what it answers: lines of count x cost, their sums by cause and layer, and what was assumed.
import type { Cited, Target } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import type { Ledger } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';
import type { Timing } from '../../targets/contract/timing.ts';
import type { Picojoules } from '../../targets/contract/units.ts';

/** Everything energy is a function of. `ledger` holds sums over its samples; every dialect answers per sample (mean). */
export type EnergyInput = Readonly<{ ledger: Ledger; timing: Timing | undefined; target: Target; program: Program }>;

/** What energy is spent on, in the order charts stack it: computing, memories, network, and for `literature` the first layer. */
export const causes = {
  pixels: 'first-layer MACs',
  synapses: 'synapses',
  attention: 'attention',
  soma: 'neurons',
  plasticity: 'plastic matrices',
  pools: 'pools and adds',
  weights: 'weight memory',
  state: 'state memory',
  buffers: 'axon buffers, counters, tables',
  routers: 'routers',
  links: 'links',
  control: 'messages and barriers',
} as const;
export type Cause = keyof typeof causes;

/** `count` per sample (mean) x `each` = `total`. `doubt` says why the cost may be off by two either way; absent: it is trusted. */
export type EnergyLine = Readonly<{ term: string; cause: Cause | 'leakage'; count: number; each: Picojoules; total: Picojoules; doubt?: string }> & Cited;
export type Band = readonly [low: Picojoules, high: Picojoules];

/**
 * One account of one run, per sample. `layers` splits the dynamic lines by layer; their sums equal those of `dynamic`.
 * `band`: doubtful costs taken x1/2 and x2. `leakage` is absent where there is no time to integrate over, and `warnings` says so.
 */
export type Energy = Readonly<{
  dialect: string;
  title: string;
  formula: string;
  dynamic: Readonly<{ total: Picojoules; band: Band; lines: readonly EnergyLine[] }>;
  leakage?: Readonly<{ total: Picojoules; band: Band; lines: readonly EnergyLine[] }>;
  total: Picojoules;
  causes: readonly Readonly<{ cause: Cause; total: Picojoules }>[];
  layers: readonly Readonly<{ layer: string; total: Picojoules; causes: Readonly<Partial<Record<Cause, Picojoules>>> }>[];
  variants: readonly Readonly<{ name: string; formula: string; total: Picojoules }>[];
  assumptions: readonly string[];
  warnings: readonly Fault[];
}>;

/** A metric dialect: a named convention that turns counts into joules. */
export type Dialect = Readonly<{ name: string; title: string; account(input: EnergyInput): Energy }>;

export const picojoules = (value: number): Picojoules => value as Picojoules;

/** Sum of lines and its band. */
export function sumLines(lines: readonly EnergyLine[]): { total: Picojoules; band: Band; lines: readonly EnergyLine[] } {
  let total = 0,
    low = 0,
    high = 0;
  for (const line of lines) {
    total += line.total;
    low += line.doubt ? line.total / 2 : line.total;
    high += line.doubt ? line.total * 2 : line.total;
  }
  return { total: picojoules(total), band: [picojoules(low), picojoules(high)], lines };
}

/** Dynamic energy by cause and by layer. @param spend picojoules of one layer for one cause */
export function splitByLayer(layers: readonly string[], spend: (layer: number) => ReadonlyMap<Cause, number>): Pick<Energy, 'causes' | 'layers'> {
  const order = Object.keys(causes) as Cause[],
    sums = new Map<Cause, number>();
  const split = layers.map((layer, i) => {
    const spent = spend(i),
      here = order.filter((cause) => (spent.get(cause) ?? 0) > 0);
    for (const cause of here) sums.set(cause, (sums.get(cause) ?? 0) + spent.get(cause)!);
    return {
      layer,
      total: picojoules(here.reduce((total, cause) => total + spent.get(cause)!, 0)),
      causes: Object.fromEntries(here.map((cause) => [cause, picojoules(spent.get(cause)!)])),
    };
  });
  return { causes: order.filter((cause) => sums.has(cause)).map((cause) => ({ cause, total: picojoules(sums.get(cause)!) })), layers: split };
}
