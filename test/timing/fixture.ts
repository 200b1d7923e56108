// Helpers of the timing tests: routers of random parameters, activities of random size, the tiny program in dataflow.
import type { Chip } from '../../targets/contract/arch.ts';
import type { Program } from '../../targets/contract/program.ts';
import { carrierBits, outputsOf } from '../../targets/contract/program.ts';
import type { Cycles } from '../../targets/contract/units.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { draw, drawBelow } from '../../simulator/timing/random.ts';
import { tinyArch } from '../contract/tiny-program.ts';

export type Router = Chip['router'];
const cycles = (value: number): Cycles => value as Cycles;

/** The router of simulator.md section 5, V4. */
export const v4Router: Router = { flitBits: 32, virtualChannels: 16, bufferFlits: 8, injectionFlits: 16, multicast: true, switching: 'vct', waitForTailCredit: true,
  cycles: { route: cycles(0), vcAllocate: cycles(1), switchAllocate: cycles(1), traverse: cycles(1), link: cycles(1), credit: cycles(2) } };

export const routerOf = (changes: Partial<Omit<Router, 'cycles'>>, delays: readonly [number, number, number, number, number, number] = [1, 1, 1, 1, 1, 1]): Router => ({ ...v4Router,
  waitForTailCredit: false, ...changes,
  cycles: { route: cycles(delays[0]), vcAllocate: cycles(delays[1]), switchAllocate: cycles(delays[2]), traverse: cycles(delays[3]), link: cycles(delays[4]), credit: cycles(delays[5]) } });

/** A router with every parameter drawn; at least one cycle between two routers. */
export function randomRouter(seed: number): Router {
  const pick = (bound: number, at: number): number => drawBelow(bound, seed, 7, at);
  return routerOf({ virtualChannels: 1 + pick(5, 0), bufferFlits: 1 + pick(8, 1), injectionFlits: 1 + pick(16, 2), waitForTailCredit: pick(2, 3) === 1 },
    [pick(3, 4), pick(3, 5), pick(3, 6), pick(2, 7), 1 + pick(3, 8), pick(4, 9)]);
}

export const tinyChip = (changes: { sync?: 'barrier' | 'dataflow'; router?: Router; timing?: Partial<Chip['timing']> } = {}): Chip => {
  const { technology: _, ...chip } = tinyArch;
  return { ...chip, mesh: { ...chip.mesh, sync: changes.sync ?? 'barrier' }, router: changes.router ?? chip.router, timing: { ...chip.timing, ...changes.timing } };
};

/** The same program with windows for dataflow: two banks and one acknowledgement a step, none for planes written once. */
export function inDataflow(program: Program, banks = 2): Program {
  return { ...program, edges: program.edges.map((edge) => {
    if (edge.window.kind !== 'region') return edge;
    const region = outputsOf(program.stages[edge.from])[edge.output], isOnce = region !== 'sums' && program.planes[region.plane].per === 'sample';
    return { ...edge, window: { kind: 'region', banks: isOnce ? 1 : banks, ack: isOnce ? 'none' : 'step' } };
  }) };
}

/** Activities of one sample with rows below `rows` and messages of up to their plane's width. */
export function drawActivities(program: Program, seed: number, rows = 10): Activity[] {
  return program.stages.map((stage, id) => {
    const contexts = stage.contexts.to - stage.contexts.from, outputs = outputsOf(stage);
    return { stage: id, contexts, outputs: outputs.length,
      rows: Int32Array.from({ length: program.steps * contexts }, (_, i) => (stage.kind === 'synapse' || stage.kind === 'attend' ? drawBelow(rows, seed, id, i) : 0)),
      bits: Int32Array.from({ length: program.steps * contexts * outputs.length }, (_, i) => {
        const output = outputs[i % outputs.length];
        const most = output === 'sums' ? 4 * (stage.kind === 'synapse' || stage.kind === 'attend' ? stage.sumBits : 0) : (output.channels.to - output.channels.from) * carrierBits(program.planes[output.plane].carrier);
        return drawBelow(most + 1, seed ^ 0x55, id, i);
      }) };
  });
}

export { draw, drawBelow };
