import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { readArray } from '../../compiler/files/array-file.ts';
import { openSamples } from '../../runtime/encode/open-samples.ts';
import { runFloat } from '../../runtime/float.ts';
import { loadModel } from '../../runtime/load-model.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { sharedFiles, sharedPath } from '../files/shared.ts';

const models = sharedFiles('logits-2000.npy').map(dirname), count = 400;
if (models.length === 0) it.skip('needs the shared trained models');

function got<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.faults.map(({ message }) => message).join('; '));
  return outcome.value;
}

it.each(models)('%s gives the labels of PyTorch for test images, and its logits but for membranes on the threshold', async (folder) => {
  const { graph, sha256, input } = got(loadModel(sharedPath(`${folder}/model.pth`), sharedPath(`${folder}/arch.json`)));
  const samples = got(openSamples(sharedPath('data/fashion-mnist/t2k-images-idx3-ubyte.gz'), input, { seed: 1 }));
  const { logits, labels } = got(await runFloat({ graph, modelHash: sha256, samples, count, engine: 'wasm', workers: 2, cache: false })), golden = [...got(readArray(sharedPath(`${folder}/logits-2000.npy`))).data];
  const classes = logits.length / count, largest = Math.max(...golden.map(Math.abs)), rows = Array.from({ length: count }, (_, row) => golden.slice(row * classes, (row + 1) * classes));
  expect([...labels]).toEqual(rows.map((row) => row.indexOf(Math.max(...row))));
  const moved = rows.filter((row, at) => row.some((logit, c) => Math.abs(logit - logits[at * classes + c]) > 1e-4 * largest));
  expect(moved.length).toBeLessThanOrEqual(2);  // models/README.md: 0.2 % of the rows, by rounding to float32
});
