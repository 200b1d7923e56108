// Shipped and random chips, and one network held through float64, integers and a chip.
import fc from 'fast-check';
import { expect } from 'vitest';
import { countSops, evaluate } from '../../compiler/eval/evaluate.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { ops } from '../../compiler/ops/index.ts';
import { prepare } from '../../simulator/function/engine.ts';
import type { SampleRun } from '../../simulator/function/engine.ts';
import type { Arch, Chip, Target } from '../../targets/contract/arch.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';
import type { Bytes } from '../../targets/contract/units.ts';
import { loadTarget } from '../../targets/load.ts';
import { valueOf } from '../conformance/outcome.ts';

export const shipped = (name: string): Target => valueOf(loadTarget(name));
export const chipOf = ({ arch: { technology: _, ...chip } }: Target): Chip => chip;

/** The same chip with some of its numbers changed. */
export function altered(target: Target, { core, mesh, memories, abilities, router, name = 'altered' }: Readonly<{ name?: string; core?: Partial<Arch['core']>;
  mesh?: Partial<Arch['mesh']>;
  memories?: Partial<Readonly<Record<keyof Arch['memories'], number>>>; abilities?: Partial<Arch['abilities']>; router?: Partial<Arch['router']> }>): Target {
  const { arch } = target, sized = Object.fromEntries(Object.entries(arch.memories).map(([memory, was]) =>
    [memory, { ...was, bytes: (memories?.[memory as keyof Arch['memories']] ?? was.bytes) as Bytes }]));
  return { ...target, arch: { ...arch, name, core: { ...arch.core, ...core }, mesh: { ...arch.mesh, ...mesh }, memories: sized as Arch['memories'],
    abilities: { ...arch.abilities, ...abilities }, router: { ...arch.router, ...router } } };
}

/** Numbers of a chip that cuts where mesh45 would not: few axons and neurons, small state, one of every switch. */
export type SmallChip = Readonly<{ axons: number; neurons: number; state: number; partialSlots: number; sync: Arch['mesh']['sync']; multicast: boolean;
  graded: Arch['abilities']['graded']; sums: Arch['core']['sums'] }>;
export const smallChips: fc.Arbitrary<SmallChip> = fc.record({ axons: fc.integer({ min: 4, max: 40 }), neurons: fc.integer({ min: 3, max: 24 }),
  state: fc.integer({ min: 64, max: 2048 }), partialSlots: fc.integer({ min: 1, max: 4 }),
  sync: fc.constantFrom('barrier' as const, 'dataflow' as const), multicast: fc.boolean(), graded: fc.constantFrom('repeat' as const, 'multiply' as const),
    sums: fc.constantFrom('exact' as const, 'saturating' as const) });
export const smallChip = ({ axons, neurons, state, partialSlots, sync, multicast, graded, sums }: SmallChip): Target =>
  altered(shipped('mesh45'), { name: 'random', mesh: { width: 24, height: 24, sync },
  core: { axons, neurons, partialSlots, sums, payloadBits: 8 }, memories: { weight: axons * neurons, state }, abilities: { graded }, router: { multicast } });

export const sopKinds = ['sopBinary', 'sopGraded', 'sopKv', 'sopQ'] as const satisfies readonly EventKind[];

/** Expects every probe, output and synaptic operation of a chip's run to be those of the integer graph; returns the run and the spikes seen. */
export function expectChip(program: Program, target: Target, integer: Graph, inputs: ReadonlyMap<string, Uint8Array>,
  options: Readonly<{ activities: boolean }> = { activities: false }): Readonly<{ run: SampleRun; sops: number }> {
  const engine = prepare(program, chipOf(target)), run = engine.run(inputs, options), expected = evaluate(integer, ops, inputs);
  expect(program.probes.map(({ name }) => name)).toEqual(integer.probes.map(({ name }) => name));
  for (const { name, plane } of program.probes) expect([name, firstDifference(expected.values[integer.probes.find((probe) => probe.name === name)!.value].data,
    engine.values(plane))]).toEqual([name, undefined]);
  for (const [name, { data }] of expected.outputs) expect([name, firstDifference(data, run.outputs.get(name)!)]).toEqual([name, undefined]);
  const sops = sopKinds.reduce((sum, kind) => sum + totalOf(run.ledger, kind), 0);
  expect(sops).toBe([...countSops(integer, ops, expected).values()].reduce((a, b) => a + b, 0));
  return { run, sops };
}

/** Where two sequences first differ, and how; undefined: they are equal. */
export function firstDifference(wanted: ArrayLike<number>, came: ArrayLike<number>): string | undefined {
  if (wanted.length !== came.length) return `wanted ${wanted.length} values, came ${came.length}`;
  for (let i = 0; i < wanted.length; i++) if (wanted[i] !== came[i]) return `value ${i} of ${wanted.length}: wanted ${wanted[i]}, came ${came[i]}`;
  return undefined;
}
