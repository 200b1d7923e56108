// Runs a program both ways and holds the engine to the reference: every value of every plane, every output, every count that both can state.
import { expect } from 'vitest';
import type { Chip } from '../../targets/contract/arch.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';
import type { SampleRun } from '../../simulator/function/engine.ts';
import { prepare } from '../../simulator/function/engine.ts';
import type { Inputs } from './reference.ts';
import { evaluateProgram } from './reference.ts';

const stated: readonly EventKind[] = ['sopBinary', 'sopGraded', 'sopKv', 'sopQ', 'mac', 'update', 'crossing', 'spike', 'compare', 'biasAdd'];

export function expectReference(program: Program, chip: Chip, inputs: Inputs): SampleRun {
  const engine = prepare(program, chip), reference = evaluateProgram(program, inputs);
  // Nothing of an earlier sample may stay.
  engine.run(new Map([...inputs].map(([name, values]) => [name, values instanceof Uint8Array ? values.map((byte) => 255 - byte) : values.map((value) => 9 - value)])),
    { activities: false });
  const run = engine.run(inputs, { activities: true });
  program.planes.forEach(({ name }, plane) => expect([...engine.values(plane)], name).toEqual(reference.values(plane)));
  expect([...run.outputs].map(([name, values]) => [name, [...values]])).toEqual([...reference.outputs]);
  for (const kind of stated) expect(totalOf(run.ledger, kind), kind).toBe(reference.totals.get(kind) ?? 0);
  return run;
}
