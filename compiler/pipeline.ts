// The compiler on one page:
//
//   real graph --passes--> integer graph --lower--> plan --cut--> tiles --pack--> clusters --place--> cores --emit--> program
//
// Each result has its verifier, and its verdict ends the road. Only this file tries alternatives (the residual transports).
import type { Arch, Target } from '../targets/contract/arch.ts';
import type { Fault, Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import type { Nearest, Program } from '../targets/contract/program.ts';
import { verifyProgram } from '../targets/contract/verify/verify.ts';
import type { Graph } from './ir/types.ts';
import { addSpikes } from './ops/index.ts';
import { is } from './ir/define-op.ts';
import { passes } from './passes/index.ts';
import type { PassOptions } from './passes/pass.ts';
import type { PassRecord } from './passes/run-passes.ts';
import { runPasses } from './passes/run-passes.ts';
import { lower } from './lower/lower.ts';
import type { Residual } from './lower/lowering.ts';
import { residuals } from './lower/lowering.ts';
import { cut } from './map/cut.ts';
import type { CutPlan } from './map/cutting.ts';
import { edgesOf } from './map/edges.ts';
import { segmentsOf } from './map/segments.ts';
import { stageLoads } from './map/footprint.ts';
import { pack } from './map/pack.ts';
import { place } from './map/place.ts';
import { verifyMapping } from './map/verify-mapping.ts';
import { emit } from './emit/emit.ts';
import { expectedFlitLinks } from './residual.ts';

export type CompileOptions = Readonly<{ residual: Residual | 'auto'; scale: PassOptions['scale']; bits: number; seed: number;
  /** Told when a phase begins, for people who wait. */
  onPhase?: (phase: string) => void }> & Partial<Pick<PassOptions, 'narrow' | 'eliminate' | 'attention'>>;

/** mapping: figures of the mapper. residual: the transport taken, and what each candidate would move ('none': the network adds no spikes). */
export type Compiled = Readonly<{ program: Program; integer: Graph; passes: readonly PassRecord[];
  residual: Readonly<{ used: Residual | 'none'; flitLinks: Readonly<Partial<Record<Residual, number>>> }>;
  mapping: Readonly<{ cores: number; fewestCores: number; hopCost: number; fewestHops: number }> }>;

/** nearest: the classes are rows of a database that descriptors are compared with. */
export type Model = Readonly<{ graph: Graph; hash: string; classes: readonly string[]; nearest?: Nearest }>;

type IntegerOptions = Pick<CompileOptions, 'scale' | 'bits' | 'narrow' | 'eliminate' | 'attention'>;

/** 1. real -> integer. arrived: whether there are integers, if only to tell what else is refused. Faults: C3001 and on, those of the passes. */
export const integersOf = (graph: Graph, { scale, bits, narrow = 'allowed', eliminate = 'none', attention = 'kv' }: IntegerOptions, { core, abilities }: Pick<Arch, 'core'> & Partial<Pick<Arch, 'abilities'>>) =>
  runPasses(graph, passes, { scale, bits, narrow, eliminate, attention, orders: (['kv', 'qk'] as const).filter((order) => abilities?.attend.includes(order)), ...core });

const areErrors = (faults: readonly Fault[]): boolean => faults.some(({ severity }) => severity === 'error');

/** The integers alone, of a target with these cores. Faults: those of the passes. */
export function toInteger(graph: Graph, options: IntegerOptions, arch: Pick<Arch, 'core'>): Outcome<{ integer: Graph; records: readonly PassRecord[] }> {
  const { graph: integer, records, faults } = integersOf(graph, options, arch);
  return areErrors(faults) ? fail(...faults) : succeed({ integer, records }, faults);
}

/** 2. integer -> tiles for one transport; what both phases refuse is told at once. Faults: C4001 to C4102. */
function toTiles(integer: Graph, arch: Arch, residual: Residual): Outcome<CutPlan> {
  const { plan, faults } = lower(integer, arch, residual);                        // whole layers as stages
  const tiles = cut(plan, arch, integer.steps);                                   // rows, columns and contexts that fit a core
  return faults.length ? fail(...faults, ...(tiles.ok ? [] : tiles.faults)) : tiles;
}

/** 3. tiles -> program. Faults: C4103, C4104, T2001 and on. */
function toProgram({ plan, units }: CutPlan, model: Model, target: Target, seed: number): Outcome<Pick<Compiled, 'program' | 'mapping'>> {
  const { arch } = target, { steps } = model.graph;
  const edges = edgesOf(plan, steps, arch);                                       // who feeds whom, with windows
  const segments = segmentsOf(plan, edges);                                       // routes but for their links
  const loads = stageLoads(plan, edges, segments, steps, arch);
  const partition = pack(plan, units, edges, loads, steps, arch);                 // what shares a core
  if (!partition.ok) return partition;
  const placement = place(plan, partition.value, edges, steps, arch, seed);       // where each core lies
  const mapped = { plan, edges, segments, loads, partition: partition.value, placement };
  const wrong = verifyMapping(mapped, arch);
  if (wrong.length) return fail(...wrong);
  const program = emit(mapped, target, { ...model, steps });
  if (!program.ok) return program;
  const broken = verifyProgram(program.value, arch);
  if (broken.length) return fail(...broken);
  const { hopCost, fewestHops } = placement;
  return succeed({ program: program.value, mapping: { cores: partition.value.clusters.length, fewestCores: partition.value.fewestCores, hopCost, fewestHops } });
}

/** The whole compiler. Warnings ride along. What nothing needs is taken out unless the options say otherwise. What is refused is told for the transport that comes nearest, beside what the passes refuse. */
export function compile(model: Model, target: Target, options: CompileOptions): Outcome<Compiled> {
  options.onPhase?.('passes');
  const { graph: integer, records, faults, arrived } = integersOf(model.graph, { eliminate: 'dead', attention: 'auto', ...options }, target.arch);
  if (!arrived) return fail(...faults);
  const addsSpikes = integer.nodes.some((node) => is(node, addSpikes)), isRefused = areErrors(faults);
  const candidates: readonly Residual[] = !addsSpikes ? ['unary'] : options.residual === 'auto' ? residuals : [options.residual];

  let best: { residual: Residual; result: Pick<Compiled, 'program' | 'mapping'>; cost: number } | undefined;
  const flitLinks: Partial<Record<Residual, number>> = {}, refusals: (readonly Fault[])[] = [];
  for (const residual of candidates) {
    options.onPhase?.(addsSpikes ? `mapping, residual ${residual}` : 'mapping');
    const tiles = toTiles(integer, target.arch, residual);
    if (!tiles.ok) { refusals.push(tiles.faults); continue; }
    if (isRefused) continue;
    const result = toProgram(tiles.value, model, target, options.seed);
    if (!result.ok) { refusals.push(result.faults); continue; }
    const cost = expectedFlitLinks(result.value.program, target.arch);
    flitLinks[residual] = cost;
    if (!best || cost < best.cost) best = { residual, result: result.value, cost };
  }
  if (!best) return fail(...faults, ...(refusals.length < candidates.length ? [] : refusals.reduce((least, own) => (own.length < least.length ? own : least))));
  return succeed({ ...best.result, integer, passes: records, residual: { used: addsSpikes ? best.residual : 'none', flitLinks } }, faults);
}
