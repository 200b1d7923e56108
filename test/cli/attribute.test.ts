// synfire attribute on the built command line: tables, documents, workers, refusals and Ctrl-C.
import { describe, expect, it } from 'vitest';
import { writeNpy } from '../../compiler/files/npz.ts';
import { attributionSchema } from '../../runtime/attribute/schema.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { documentOf, refused, sampleCount, smallModel, start, synfire, write } from './synfire.ts';

const { model, arch, data, labels } = smallModel(), road = ['attribute', model, '--arch', arch, '--data', data] as const;

describe('attribute', () => {
  it('prints one table for people, one document for programs, the same for any number of workers', () => {
    const documents = ['1', '3'].map((workers) => documentOf(synfire([...road, '--labels', labels, '--bits', '3', '--workers', workers, '--json'])));
    expect(documents[0]).toEqual(documents[1]);
    const found = attributionSchema.parse(documents[0]), last = found.rows.at(-1)!;
    expect([found.samples, found.partial, found.options, last.of, last.name]).toEqual([sampleCount, false, { scale: 'max', bits: 3 }, 'everything', 'everything']);
    expect(found.rows.filter(({ of }) => of === 'mechanism').map(({ name }) => name)).toEqual(['weights', 'thresholds']);
    expect(found.rows.filter(({ of, name }) => of === 'node' && name === 'block.0.mlp.fc1_linear')).toMatchObject([{ mechanisms: ['weights', 'thresholds'] }]);
    for (const { accuracy, difference } of found.rows) expect(accuracy! - difference!).toBeCloseTo(found.float.accuracy!, 12);
    const { code, stdout } = synfire([...road, '--bits', '3', '--samples', '4']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}node +rounded +answers changed +spikes equal +least$/m);
    expect(stdout).toMatch(/^ {2}block\.0\.mlp\.fc1_linear +weights, thresholds +\d+ +\d+\.\d+ % /m);
    expect(stdout).toMatch(/^ {2}everything +\d+ +\d+\.\d+ % /m);
    expect(stdout).not.toMatch(/accuracy/);
  });

  it('refuses what is missing or unreadable at once, and warns of samples that are not there', () => {
    refused(['attribute', model], 2, 'R0002');
    refused([...road, '--samples', 'some'], 2, 'R0001');
    const document = documentOf(synfire([...road, '--samples', '99', '--json']));
    expect(attributionSchema.parse(document)).toMatchObject({ samples: sampleCount, faults: [{ code: 'R0103' }] });
  });

  it.skipIf(!isShared)('refuses a block that reads currents: its results are no answers', () => {
    const block = sharedPath('zoo/sdha/exact-a');
    refused(['attribute', `${block}/model.pth`, '--arch', `${block}/arch.json`, '--data', `${block}/input.npy`], 2, 'R0118');
  });

  it('covers what is done when it is stopped, and says so', async () => {
    const many = write('many.npy', writeNpy({ shape: [4000, 8, 8], dtype: 'uint8', data: new Uint8Array(4000 * 64).fill(90) })), child = start(['attribute', model, '--arch', arch, '--data', many, '--workers', '1', '--json']);
    let stdout = '', stderr = '', stopped = false;
    child.stdout!.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => { stderr += text; if (!stopped && stderr.includes('mixes: ')) { stopped = true; child.kill('SIGINT'); } });
    const code = await new Promise((resolve) => { child.on('close', resolve); });
    expect([code, attributionSchema.parse(JSON.parse(stdout)).partial]).toEqual([130, true]);
    expect(stderr).toMatch(/stopping; the table will cover what is done/);
  });
});
