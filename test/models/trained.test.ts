// The trained checkpoints on 2,000 test images: float labels as published, a chip that loses at most a point, and a chip that equals its integers in every spike.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import type { Compiled } from '../../compiler/pipeline.ts';
import { readArray } from '../../compiler/files/array-file.ts';
import { verifyChip } from '../../runtime/compare.ts';
import { readLabels } from '../../runtime/datasets/labels.ts';
import type { Samples } from '../../runtime/datasets/samples.ts';
import { readSamples } from '../../runtime/datasets/samples.ts';
import { runFloat } from '../../runtime/float.ts';
import type { LoadedModel } from '../../runtime/load-model.ts';
import { loadModel } from '../../runtime/load-model.ts';
import type { Simulation } from '../../runtime/simulate.ts';
import { classify, simulate } from '../../runtime/simulate.ts';
import { encodeProgram } from '../../targets/contract/wire.ts';
import { valueOf } from '../conformance/outcome.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { shipped } from '../property/chip-under-test.ts';

const images = 2000, verified = 100, workers = 2, patience = 600_000;
const agreement = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((equal, label, i) => equal + Number(label === b[i]), 0) / a.length;
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const lines: string[] = [];

describe.skipIf(!isShared).each(['spikformer-2-64-fashion', 'sdt-v1-2-64-fashion'])('%s', (name) => {
  let model: LoadedModel, data: Samples, labels: Int32Array, published: Float64Array, publishedLabels: number[], compiled: Compiled, simulation: Simulation, seconds: number;
  beforeAll(async () => {
    const folder = sharedPath(`models/${name}`);
    model = valueOf(loadModel(`${folder}/model.pth`, `${folder}/arch.json`));
    data = valueOf(readSamples(sharedPath('data/fashion-mnist/t2k-images-idx3-ubyte.gz'), { encoding: 'direct', steps: 4, channels: 1, height: 28, width: 28 }));
    labels = valueOf(readLabels(sharedPath('data/fashion-mnist/t2k-labels-idx1-ubyte.gz'), images, model.classes.length));
    published = Float64Array.from(valueOf(readArray(`${folder}/logits-2000.npy`)).data);
    publishedLabels = Array.from({ length: images }, (_, i) => { const row = [...published.subarray(10 * i, 10 * i + 10)]; return row.indexOf(Math.max(...row)); });
    compiled = valueOf(compile({ graph: model.graph, hash: model.sha256, classes: model.classes }, shipped('mesh45'), { residual: 'auto', scale: 'max', bits: 8, seed: 1 }));
    const started = performance.now();
    simulation = await simulate(compiled.program, encodeProgram(compiled.program), data, { samples: images, timed: 0, fidelity: 'cycle', workers, observed: verified });
    seconds = (performance.now() - started) / 1000;
  }, patience);
  afterAll(() => data.close());

  it('gives in float the published label of every image, and the published logits but where a membrane lies on its threshold', async () => {
    const { logits, labels: came, engine } = valueOf(await runFloat({ graph: model.graph, modelHash: model.sha256, samples: data, count: images, engine: 'wasm', workers,
      cache: false }));
    const largest = published.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
    const near = Array.from({ length: images }, (_, i) => published.subarray(10 * i, 10 * i + 10).every((logit, c) =>
      Math.abs(logit - logits[10 * i + c]) <= 1e-4 * largest)).filter(Boolean).length / images;
    lines.push(`${name}, float (${engine}): accuracy ${percent(agreement(came, labels))}, ${percent(near)} of rows within 1e-4 of the published logits`);
    expect([...came]).toEqual(publishedLabels);
    expect(near).toBeGreaterThanOrEqual(0.998);
  }, patience);

  it('loses on the chip at most a point of accuracy, and gives at least 94 % of the published labels', () => {
    const { labels: came, ties } = classify(compiled.program, simulation), float = agreement(publishedLabels, labels), chip = agreement(came, labels),
      equal = agreement(came, publishedLabels);
    lines.push(`${name}, chip int8: accuracy ${percent(chip)} against ${percent(float)}, ${percent(equal)} equal labels, ${ties} ties, `
      + `${compiled.program.cores.length} cores, ${(images / seconds).toFixed(0)} images/s`);
    expect(simulation).toMatchObject({ done: images, faults: [] });
    expect(float).toBe({ 'spikformer-2-64-fashion': 0.8955, 'sdt-v1-2-64-fashion': 0.881 }[name]);
    expect(chip).toBeGreaterThanOrEqual(float - 0.01);
    expect(equal).toBeGreaterThanOrEqual(0.94);
  });

  it('equals on the chip the integer evaluation in every spike of 100 images', async () => {
    const { samples, spikes, differences, faults } = await verifyChip(compiled.integer, compiled.program, data, simulation, new AbortController().signal);
    lines.push(`${name}, chip against integers: ${differences} of ${spikes} spikes differ on ${samples} images`);
    expect([samples, differences, faults]).toEqual([verified, 0, []]);
    expect(spikes).toBe(verified * compiled.integer.probes.reduce((sum, { value }) => { const { grid, channels } = compiled.integer.nodes[value].type;
      return sum + 4 * grid[0] * grid[1] * channels; }, 0));
    expect(simulation.spikes.every((count) => count > 0)).toBe(true);
  }, patience);
});

afterAll(() => { if (lines.length) console.log(lines.join('\n')); });
