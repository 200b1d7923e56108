// A network that learns, through the command line: off unless asked for, the same for any number of workers, its writes on a line of their own.
import { expect, it } from 'vitest';
import { writeNpy } from '../../compiler/files/npz.ts';
import { checkpointOf } from '../frontend/tiny.ts';
import type { Json } from '../frontend/tiny.ts';
import { randomFrom } from '../random.ts';
import { at, bytesOf, documentOf, refused, synfire, write } from './synfire.ts';

const layer = (i: number, from: number, to: number) => [[`fc${i}.weight`, [to, from]] as const, [`fc${i}.bias`, [to]] as const, [`alpha${i}`, [1]] as const, [`beta${i}`, [1, from]] as const, [`eta${i}`, [1, to]] as const];
const model = write('hybrid.pth', bytesOf(checkpointOf([...layer(1, 16, 6), ...layer(2, 6, 3)]).tensors)), { unit } = randomFrom(3);
const arch = write('hybrid.json', JSON.stringify({ format: 1, family: 'hybrid-plasticity', T: 5, layers: [16, 6, 3], classes: 3, neuron: { type: 'lif-soft', decay: 0.4, v_threshold: 0.35 }, plasticity: { tau_w: 40, w_decay: 0.95, clamp: 4 },
  head: { type: 'min(membrane of layer 2 after the last step / v_threshold, 1.1)' }, input: { encoding: 'direct' } }));
const data = write('squares.npy', writeNpy({ shape: [20, 1, 4, 4], dtype: 'uint8', data: Uint8Array.from({ length: 320 }, () => Math.floor(unit() * 256)) }));
const report = (...more: readonly string[]): Json => { const result = synfire(['run', model, '--arch', arch, '--data', data, '--timing-samples', '1', '--out', at('report'), '--json', ...more]); expect([result.code, result.stderr.includes('error[')]).toEqual([0, false]); return documentOf(result); };
const lines = (document: Json, term: string) => (document.energy as readonly Json[]).filter(({ dialect }) => dialect === 'hardware').flatMap((energy) => ((energy.dynamic as Json).lines as readonly Json[]).filter((line) => line.term === term));

it('runs plain, learns sample by sample, or as a sequence, each the same for one worker and for three', () => {
  const digests = (['off', 'sample', 'sequence'] as const).map((how) => {
    const [one, three] = ['1', '3'].map((workers) => report('--plasticity', how, '--workers', workers));
    expect([how, one.digest, (one.verification as Json).differences]).toEqual([how, three.digest, 0]);
    const written = 5 * (16 * 6 + 6 * 3);
    expect(lines(one, 'plasticWrite')).toEqual([expect.objectContaining({ count: how === 'off' ? 0 : written, source: expect.stringContaining('Horowitz') as string })]);
    expect((lines(one, 'weightWrite')[0].count as number) > 0).toBe(how !== 'off');
    return one.digest;
  });
  expect(new Set(digests).size).toBe(3);
  expect(report().digest).toBe(digests[0]);
}, 120_000);

it('refuses another way to learn, and a chip that cannot', () => {
  expect(refused(['run', model, '--arch', arch, '--data', data, '--plasticity', 'always'], 2, 'R0001')[0].message).toContain('off, sample, sequence');
  expect(refused(['compile', model, '--arch', arch, '--plasticity', 'sample', '--target', 'small32', '-o', at('x.synfire')], 3, 'C4002')[0].hint).toContain('--plasticity off');
});
