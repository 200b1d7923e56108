// Where things sit: memory per core against what the target has, and what each core did with its time.
import type { Memory } from '../../targets/contract/ledger.ts';
import { memories } from '../../targets/contract/ledger.ts';
import type { Footprint } from '../../targets/contract/program.ts';
import type { ReportInput } from './input.ts';
import type { Report } from './schema.ts';

/** Which part of a footprint lies in which memory. */
export const partOf = { weight: 'weights', state: 'state', axon: 'buffers', counter: 'counters', table: 'tables' } as const satisfies Record<
  Memory,
  keyof Footprint
>;

export function coresOf({ program, timing }: Pick<ReportInput, 'program' | 'timing'>): Report['cores'] {
  return program.cores
    .filter((image) => image.stages.length > 0)
    .map((image) => {
      const layers = [...new Set(image.stages.map((stage) => program.stages[stage].layer))].sort((a, b) => a - b);
      const place = { core: image.core, layers, stages: image.stages.length, footprint: image.footprint };
      if (!timing || timing.samples === 0) return place;
      const [busy, stalled, idle] = timing.cores.subarray(image.core * 3, image.core * 3 + 3),
        whole = busy + stalled + idle || 1;
      return {
        ...place,
        busy: busy / whole,
        stalled: stalled / whole,
        idle: idle / whole,
        injection: timing.queues[image.core * 2],
        waiting: timing.queues[image.core * 2 + 1],
      };
    })
    .sort((a, b) => a.core - b.core);
}

export function footprintOf(cores: Report['cores'], { target }: Pick<ReportInput, 'target'>): Report['footprint'] {
  const total = { weights: 0, state: 0, buffers: 0, counters: 0, tables: 0 };
  for (const core of cores) for (const memory of memories) total[partOf[memory]] += core.footprint[partOf[memory]];
  const fullest = memories.flatMap((memory) => {
    const bytes: number = target.arch.memories[memory].bytes,
      part = partOf[memory];
    if (cores.length === 0 || bytes === 0) return [];
    const most = cores.reduce((a, b) => (b.footprint[part] > a.footprint[part] ? b : a));
    return [{ memory, core: most.core, fraction: most.footprint[part] / bytes }];
  });
  return { total, bytes: Object.values(total).reduce((sum, part) => sum + part, 0), cores: cores.length, fullest };
}
