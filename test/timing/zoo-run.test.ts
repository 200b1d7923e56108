// The zoo program as it runs: the function half equals its plain reference, and its activities cross the links that its ledger counts.
import { expect, it } from 'vitest';
import { prepare } from '../../simulator/function/engine.ts';
import { time } from '../../simulator/timing/time.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import { changedZooArch } from '../contract/draft.ts';
import { zooPlane, zooProgram } from '../contract/zoo-program.ts';
import { expectReference } from '../function/compare.ts';
import { drawBelow } from './fixture.ts';

it.each(['barrier', 'dataflow'] as const)('in %s mode every value is the reference\'s, spikes are many and few, and flits over links are those of the ledger', (sync) => {
  const arch = changedZooArch((draft) => { draft.mesh.sync = sync; }), program = zooProgram(arch), engine = prepare(program, arch), { technology: _, ...chip } = arch;
  for (let seed = 1; seed <= 12; seed++) {
    const inputs = new Map<string, Uint8Array | Int32Array>([['events', Uint8Array.from({ length: 48 }, (__, i) => drawBelow(2, seed, 1, i))], ['stream', Int32Array.from({ length: 48 }, (__, i) => drawBelow(64, seed, 2, i) - 32)]]);
    expectReference(program, arch, inputs);
    const run = engine.run(inputs, { activities: true });
    for (const name of ['query', 'ternary', 'levels', 'key', 'similar', 'mixed', 'clip', 'xor'] as const) expect(new Set(engine.values(zooPlane(name))).size, name).toBeGreaterThan(1);
    const [bound, cycle] = (['analytic', 'cycle'] as const).map((fidelity) => {
      const outcome = time(program, chip, [run.activities!], fidelity);
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.faults));
      return outcome.value;
    });
    expect(cycle.total[0]).toBeGreaterThanOrEqual(bound.total[0]);
    expect(cycle.links).toEqual(bound.links);
    expect(cycle.links.reduce((sum, flits) => sum + flits)).toBe(totalOf(run.ledger, 'linkX') + totalOf(run.ledger, 'linkY'));
  }
});
