// synfire check: what converts, fits and is exact, all refusals at once, and an exit code for each answer.
import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../runtime/check/schema.ts';
import type { Check } from '../../runtime/check/schema.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { at, documentOf, expectNoStack, refused, smallModel, synfire, write } from './synfire.ts';

const { model, arch } = smallModel(), given = [model, '--arch', arch] as const;
function check(...args: readonly string[]): Readonly<{ code: number | null; checked: Check; stderr: string }> {
  const result = synfire(['check', ...args, '--json']);
  expectNoStack(result.stderr);
  return { code: result.code, checked: checkSchema.parse(documentOf(result)), stderr: result.stderr };
}
const nodes = ({ faults }: Check, code: string): string[] => faults.filter((fault) => fault.code === code).map(({ at: place }) => (place?.in === 'graph' ? place.node : ''));

describe('check', () => {
  it('says of a network that is approximate that it fits, what is rounded and where; with --exact it fails', () => {
    const { code, checked, stderr } = check(...given);
    expect([code, checked.converts, checked.fits, checked.exact, checked.faults]).toEqual([0, true, true, false, []]);
    expect(stderr).toMatch(/converts approximately and fits mesh45\n$/);
    expect(checked.keys.taken).toContain('head.weight');
    expect(checked.layers.find(({ node }) => node === 'block.0.attn.attn_lif')).toMatchObject({ exact: true });
    expect(checked.layers.find(({ node }) => node === 'block.0.mlp.fc1_linear')!.roundings.find(({ mechanism }) => mechanism === 'weights')).toMatchObject({ exact: false, detail: expect.stringMatching(/values move, by up to 0\.\d+ units/) as string });
    expect(checked.mapping).toMatchObject({ residual: expect.stringMatching(/unary|payload|planes/) as string, fewestCores: expect.any(Number) as number });
    expect(checked.mapping!.fullest.map(({ memory }) => memory)).toEqual(['weight', 'state', 'axon', 'counter', 'table']);
    expect(checked.widest.sum).toMatchObject({ available: 24 });
    expect(synfire(['check', ...given, '--exact'])).toMatchObject({ code: 4, stderr: expect.stringContaining('--exact: integers lose something') as string });
  });

  it('says it to people, too, and writes no file', () => {
    const { code, stdout, stderr } = synfire(['check', ...given]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^keys: \d+ taken, \d+ ignored$/m);
    expect(stdout).toMatch(/^ {2}block\.0\.mlp\.fc1_linear +approximate +weights: \d+ of \d+ values move/m);
    expect(stdout).toMatch(/^Exact in \d+ of \d+ nodes; rounded: weights in \d+, thresholds in \d+\.$/m);
    expect(stdout).toMatch(/\nNothing runs on the host\.\n/);
    expect(stdout).toMatch(/\nconverts approximately and fits mesh45\n$/);
  });

  it('tells a network that does not fit from one that does not convert, every guilty node at once', () => {
    expect(check(...given, '--mesh', '1x1')).toMatchObject({ code: 0 });
    const small = write('small.chip', 'chip small from mesh45 { memories { state = 1 B, ours "a test" } }');
    const unfit = check(...given, '--target', small);
    expect([unfit.code, unfit.checked.converts, unfit.checked.fits, unfit.checked.mapping]).toEqual([5, true, false, undefined]);
    expect(nodes(unfit.checked, 'C4102').length).toBeGreaterThan(2);
    // What rounds where is known all the same.
    expect(unfit.checked.layers.length).toBeGreaterThan(2);
    const poor = write('poor.chip', 'chip poor from mesh45 { core { membraneBits = 8 bit, ours "a test" accumulatorBits = 8 bit, ours "a test" } memories { state = 1 B, ours "a test" } abilities { currents = no attend = none } }');
    const stuck = check(...given, '--target', poor);
    expect([stuck.code, stuck.checked.converts, stuck.checked.fits, stuck.checked.exact]).toEqual([3, false, false, false]);
    expect(stuck.checked.layers.length).toBe(unfit.checked.layers.length);
    expect(stuck.checked.widest.membrane!.bits).toBeGreaterThan(stuck.checked.widest.membrane!.available);
    for (const guilty of ['C3005', 'C3006', 'C4002', 'C4102']) expect([guilty, nodes(stuck.checked, guilty).length > 1]).toEqual([guilty, true]);
    expect(stuck.stderr).toMatch(/does not convert for poor: \d+ refusals\n$/);
  });

  it('refuses files as every command does', () => {
    refused(['check', model], 2, 'R0002');
    refused(['check', at('nowhere.pth'), '--arch', arch], 2, 'C1001');
    refused(['check', model, '--arch', arch, '--bits', '9'], 2, 'R0001');
  });

  it('publishes the schema of its document, and of those of other commands, by one list', () => {
    const fields = (name: string) => Object.keys((JSON.parse(synfire(['schema', name]).stdout) as { properties: object }).properties);
    expect(fields('check')).toEqual(Object.keys(checkSchema.unwrap().shape));
    expect(fields('attribute')).toContain('rows');
    expect(synfire(['schema', '--help']).stdout).toMatch(/descriptor \| report \| attribute \| check/);
    refused(['schema', 'nonsense'], 2, 'R0001');
  });

  it.skipIf(!isShared)('tells a hint that many refusals in a row share once, below them', () => {
    const { code, stderr } = synfire(['check', sharedPath('zoo/sdt-v1/exact-a/model.pth'), '--arch', sharedPath('zoo/sdt-v2/exact-a/arch.json')]), hints = stderr.split('\n').filter((line) => line.startsWith('  hint: '));
    expect([code, hints.length < stderr.match(/error\[/g)!.length / 3]).toEqual([2, true]);
    expect(hints.filter((hint, i) => hint === hints[i + 1])).toEqual([]);
  });

  it.skipIf(!isShared)('passes --exact for what is exact, and lists what the host does', () => {
    const zoo = (folder: string, ...args: readonly string[]) => check(sharedPath(`zoo/${folder}/model.pth`), '--arch', sharedPath(`zoo/${folder}/arch.json`), '--exact', ...args);
    expect(zoo('spikformer-cifar/exact-a')).toMatchObject({ code: 0, checked: { exact: true, host: [] } });
    expect(zoo('spikeclip/exact-a')).toMatchObject({ code: 0, checked: { exact: true, host: [{ what: expect.stringMatching(/^results are weighed with \d+ rows/) as string }] } });
    expect(zoo('spikformer-cifar/real-a').code).toBe(4);
  });
});
