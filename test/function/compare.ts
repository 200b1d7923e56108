// Runs a program both ways and holds the engine to the reference: every value of every plane, every output, every count that both can state.
import { expect } from 'vitest';
import type { Chip } from '../../targets/contract/arch.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';
import type { SampleRun } from '../../simulator/function/engine.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { evaluateProgram } from './reference.ts';

const stated: readonly EventKind[] = ['sopBinary', 'sopGraded', 'sopKv', 'sopQ', 'mac', 'update', 'spike', 'compare'];

export function expectReference(program: Program, chip: Chip, inputs: ReadonlyMap<string, Uint8Array>): SampleRun {
  const engine = prepare(program, chip), reference = evaluateProgram(program, inputs);
  engine.run(new Map([...inputs].map(([name, bytes]) => [name, bytes.map((byte) => 255 - byte)])), { activities: false });  // nothing of an earlier sample may stay
  const run = engine.run(inputs, { activities: true });
  program.planes.forEach(({ name }, plane) => expect([...engine.values(plane)], name).toEqual(reference.values(plane)));
  expect([...run.outputs].map(([name, values]) => [name, [...values]])).toEqual([...reference.outputs]);
  for (const kind of stated) expect(totalOf(run.ledger, kind), kind).toBe(reference.totals.get(kind) ?? 0);
  return run;
}
