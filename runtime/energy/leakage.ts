// Leakage: which tiles are powered, for how long, at how many milliwatts.
import type { Cited, Target } from '../../targets/contract/arch.ts';
import { coreCount } from '../../targets/contract/arch.ts';
import { memories } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';
import type { Timing } from '../../targets/contract/timing.ts';
import type { EnergyLine } from './dialect.ts';
import { picojoules } from './dialect.ts';
import { doubtOf } from './doubt.ts';

/** Seconds of a mean sample. */
export const meanSeconds = (timing: Timing, hertz: number): number => timing.total.reduce((sum, cycles) => sum + cycles, 0) / timing.samples / hertz;

/** Tiles whose core, and tiles whose router, are powered. Gated: cores that hold a stage, routers of those cores and of every tile that a route touches. */
export function poweredTiles(program: Pick<Program, 'cores' | 'routes'>, target: Target): { cores: number; routers: number } {
  const { mesh, technology } = target.arch,
    all = coreCount(target.arch);
  if (technology.unused === 'leaking') return { cores: all, routers: all };
  const used = new Set(program.cores.filter((image) => image.stages.length > 0).map((image) => image.core)),
    routers = new Set(used);
  const ahead = [1, -1, -mesh.width, mesh.width];
  for (const route of program.routes)
    for (const copy of route.copies)
      for (const link of copy) {
        routers.add(link >> 2);
        routers.add((link >> 2) + ahead[link & 3]);
      }
  return { cores: used.size, routers: routers.size };
}

const citedLeakage = (target: Target, unit: string): Cited => {
  const key = Object.keys(target.cited).find((path) => path.endsWith(`leakage.${unit}`));
  return key === undefined ? { basis: 'copied', source: 'not cited' } : target.cited[key];
};

/** Leakage lines of one mean sample: `count` powered units, `each` the picojoules one of them leaks in that time. */
export function leakageLines(program: Program, target: Target, timing: Timing): readonly EnergyLine[] {
  const { technology } = target.arch,
    powered = poweredTiles(program, target),
    seconds = meanSeconds(timing, technology.hertz);
  return [...memories, 'router' as const].map((unit) => {
    const count = unit === 'router' ? powered.routers : powered.cores,
      milliwatts: number = technology.leakage[unit],
      each = milliwatts * seconds * 1e9;
    const cited = citedLeakage(target, unit),
      doubt = milliwatts > 0 ? doubtOf(cited, technology.nanometres) : undefined;
    return {
      term: `${unit === 'router' ? 'router' : `${unit} memory`}, ${milliwatts} mW`,
      cause: 'leakage',
      count,
      each: picojoules(each),
      total: picojoules(count * each),
      basis: cited.basis,
      source: cited.source,
      ...(doubt && { doubt }),
    };
  });
}
