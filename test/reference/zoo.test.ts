import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { readCheckpoint } from '../../compiler/files/checkpoint.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { readDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { ops } from '../../compiler/ops/index.ts';
import { openSamples } from '../../runtime/encode/open-samples.ts';
import { loadNetwork } from '../../runtime/reference/run-graph.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { sharedFiles, sharedPath } from '../files/shared.ts';
import { engines } from './engine-under-test.ts';

const cases = sharedFiles('arch.json').filter((file) => /^zoo\/(spikformer-cifar|sdt-v1)\//.test(file)).map(dirname);

function got<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.faults.map(({ message }) => message).join('; '));
  return outcome.value;
}

function openCase(folder: string) {
  const { graph, input } = got(importModel(got(readCheckpoint(sharedPath(`${folder}/model.pth`))), got(readDescriptor(sharedPath(`${folder}/arch.json`))), 'arch.json'));
  return { graph, samples: got(openSamples(sharedPath(`${folder}/input.npy`), input, { seed: 1 })) };
}

if (cases.length === 0) it.skip('needs the shared conformance cases');

describe.each(cases)('%s', (folder) => {
  const { graph, samples } = openCase(folder), isExact = folder.includes('exact');
  const pixels = Array.from({ length: samples.count }, (_, sample) => samples.pixels(sample));
  const wanted = pixels.map((sample) => evaluate(graph, ops, new Map([['input', sample]])));

  it.each(engines)(`on $label has the spikes and logits of the float64 evaluation${isExact ? ', every one' : ', within the tolerance of the zoo'}`, (engine) => {
    const network = loadNetwork(engine, graph, { batch: samples.count, probes: 'kept' }), { outputs, probes } = network.run(new Map([['input', pixels.flatMap((sample) => [...sample])]]));
    network.dispose();
    let spikes = 0, differences = 0, worst = 0, largest = 0;
    wanted.forEach(({ values, outputs: logits }, sample) => {
      for (const { name, value } of graph.probes) values[value].data.forEach((spike, i, { length }) => { spikes++; if (spike !== probes.get(name)![sample * length + i]) differences++; });
      logits.get('logits')!.data.forEach((logit, i, { length }) => {
        worst = Math.max(worst, Math.abs(logit - outputs.get('logits')![sample * length + i]));
        largest = Math.max(largest, Math.abs(logit));
      });
    });
    expect(spikes).toBeGreaterThan(1000);
    expect(differences).toBeLessThanOrEqual(isExact ? 0 : spikes / 1000);
    expect(worst).toBeLessThanOrEqual(1e-4 * largest);
  });
});
