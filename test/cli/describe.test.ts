// synfire describe through the command line: a checkpoint that nobody described runs with the descriptor that it writes.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { small } from '../files/archive.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import type { Json } from '../frontend/tiny.ts';
import { at, documentOf, refused, smallModel, synfire, write } from './synfire.ts';

const { model, data } = smallModel(), said = ['--T', '2', '--heads=2', '--image-size', '8x8', '--set', 'in_channels=1'];

it('without a file to write, shows the family, what the file shows, what is assumed, and what is asked with the command that is missing', () => {
  const { code, stdout, stderr } = synfire(['describe', model]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^family spikformer-cifar: .*\n {2}because it has block\.\*\.attn\.q_linear\.weight of 2 axes\n {2}its keys fit xor-spikformer, too[^]*\nshown by the file\n[^]*embed_dims[^]*\nassumed,[^]*attention\.scale +0\.125[^]*\nmay be left out\n[^]*\nasked,[^]*--heads VALUE +attention heads; wanted a whole number/);
  expect(stdout).toContain(`synfire describe ${model} --T VALUE --image_size VALUE --heads VALUE -o arch.json\n`);
});

it('with what it asks for writes a descriptor with which the model runs; assumed values are named in it', () => {
  const arch = at('described/arch.json'), { code, stdout } = synfire(['describe', model, ...said, '-o', arch]);
  expect([code, stdout]).toEqual([0, expect.stringContaining(`wrote ${arch}`)]);
  expect((JSON.parse(readFileSync(arch, 'utf8')) as Json).notes).toMatchObject({ assumed: expect.arrayContaining(['attention.scale', 'neuron.tau']) as string[] });
  const report = documentOf(synfire(['run', model, '--arch', arch, '--data', data, '--samples', '4', '--timing-samples', '0', '--reference', 'none', '--json']));
  expect(report.verification).toMatchObject({ samples: 4, differences: 0 });
});

it('as JSON gives the same: values with their origin, questions, the descriptor', () => {
  const document = documentOf(synfire(['describe', model, '--T', '2', '--json'])) as { family: string; others: string[]; asked: { path: string }[]; values: { path: string; origin: string }[]; descriptor: Json };
  expect([document.family, document.others, document.asked.map(({ path }) => path), document.values.find(({ path }) => path === 'T')?.origin, document.descriptor.embed_dims]).toEqual(['spikformer-cifar', ['xor-spikformer'], ['image_size', 'heads'], 'said', expect.any(Number)]);
});

it('writes nothing while something is asked, wrong or unreadable, and says all of it', () => {
  const arch = at('never.json');
  refused(['describe', model, '--T', '2', '-o', arch], 2, 'C2084');
  refused(['describe', model, ...said, '--hedas', '4', '--v_threshold', '1', '--attention.scale', 'big', '-o', arch], 2, 'C2081', 'C2082', 'C2083');
  refused(['describe', model, ...said, '--neuron.tau', '3', '-o', arch], 2, 'C2009');
  refused(['describe', write('other.pth', small()), '-o', arch], 2, 'C2080');
  refused(['describe', write('nothing.pth', 'hello'), '--family', 'sdt-v1', '-o', arch], 2, 'C1004');
  refused(['describe', model, '--family', 'spikfomer', '-o', arch], 2, 'C2083');
  refused(['describe', model, '--T'], 2, 'R0001');
  refused(['describe', '--T', '4'], 2, 'R0002');
  refused(['describe', model, ...said, '-o', model], 2, 'R0005');
  expect(existsSync(arch)).toBe(false);
});

describe.skipIf(!isShared)('what it writes for a conformance case', () => {
  const cases: readonly (readonly [folder: string, ...said: string[]])[] = [['spikformer-cifar/exact-a', '--T', '4', '--heads', '4', '--image_size', '16x16'], ['qkformer-cifar/exact-a', '--T', '4', '--heads', '8,8,8', '--image_size', '16'],
    ['spikeclip/exact-a', '--heads', '4', '--image_size', '16', '--classes', '10'], ['xor-spikformer/exact-xor-a', '--T', '4', '--heads', '4', '--image_size', '16', '--residual.type', 'xor'], ['ta-snn/exact-a', '--alpha', '0.25', '--v_threshold', '0.5']];
  it.each(cases)('%s conforms', (folder, ...answers) => {
    const path = sharedPath(`zoo/${folder}`), arch = at(`${folder.replace('/', '-')}.json`);
    expect(synfire(['describe', `${path}/model.pth`, ...answers, '-o', arch]).code).toBe(0);
    const { code, stdout } = synfire(['conform', path, '--arch', arch]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 of 1 cases passed')]);
  });

  it('is taken for one case at a time', () => { refused(['conform', ...['spikformer-cifar/exact-a', 'sdt-v1/exact-a'].map((folder) => sharedPath(`zoo/${folder}`)), '--arch', at('any.json')], 2, 'R0001'); });
});
