// Hostile layouts, chip files, paths and options, through the command line.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../targets/contract/program.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { valueOf } from '../conformance/outcome.ts';
import type { Draft } from '../contract/draft.ts';
import { at, refused, smallModel, synfire, write } from './synfire.ts';

const { model, arch, data, road } = smallModel(), layout = at('small.synfire');
beforeAll(() => { expect(synfire(['compile', model, '--arch', arch, '--target', 'small32', '-o', layout]).code).toBe(0); });

/** The small layout with one thing spoilt. */
function spoilt(name: string, spoil: (draft: Draft<Program>) => void): string {
  const draft = valueOf(decodeProgram(readFileSync(layout), layout)) as Draft<Program>;
  spoil(draft);
  return write(name, encodeProgram(draft as Program));
}

describe('a layout', () => {
  it('of random bytes, empty, of another kind or cut short is refused', () => {
    refused(['inspect', write('random.synfire', Uint8Array.from({ length: 4000 }, (_, i) => (i * 2654435761) >>> 24))], 2, 'T2001');
    refused(['inspect', write('empty.synfire', '')], 2, 'T2001');
    refused(['inspect', model], 2, 'R0109');
    refused(['inspect', write('cut.synfire', readFileSync(layout).subarray(0, -500))], 2, 'T2003');
    refused(['simulate', write('cut.synfire', readFileSync(layout).subarray(0, -500)), '--data', data], 2, 'T2003');
  });

  it('with a route off the mesh is refused with the link', () => {
    const file = spoilt('route.synfire', (draft) => { draft.routes.find(({ copies }) => copies.length > 0)!.copies[0] = Uint32Array.of(4 * 16 * 16 + 2); });
    expect(refused(['simulate', file, '--data', data], 3, 'T2150')[0].message).toMatch(/link 1026/);
  });

  it('whose stages wait for each other is refused with the circle', () => {
    const file = spoilt('circle.synfire', (draft) => {
      const later = draft.planes.findIndex(({ name }) => name.includes('attn.attn_lif')),
        reader = draft.stages.find((stage) => stage.kind === 'synapse' && draft.layers[stage.layer].includes('q_linear'))!;
      if (reader.kind === 'synapse') for (const region of reader.gather.from) region.plane = later;
    });
    expect(refused(['inspect', file], 3, 'T2102')[0].message).toMatch(/wait for each other: \d+ -> /);
  });

  it('of 10^9 steps, of a plane of 10^9 elements, or with a name that steers the terminal is refused', () => {
    refused(['inspect', spoilt('steps.synfire', (draft) => { draft.steps = 1e9; })], 3, 'T2013');
    refused(['inspect', spoilt('plane.synfire', (draft) => { draft.planes[2].grid = [32768, 32768]; })], 3, 'T2014');
    const file = spoilt('escape.synfire', (draft) => { draft.layers[1] = '\u001b[2J\u001b[31mgone'; });
    refused(['inspect', file], 3, 'T2017');
    expect(synfire(['inspect', file]).stderr).not.toContain('\u001b');
  });

  it('whose probes have axes of another size cannot be recorded; neither can more spikes than memory takes', () => {
    const file = spoilt('axes.synfire', (draft) => { draft.probes[0].axes = 'S T 9 9'; }), record = ['--record', at('never.npz')];
    refused(['simulate', file, '--data', data, ...record], 2, 'R0112');
    // The first layer keeps one of its channels for itself: nothing reads it, and it was never compiled.
    const unread = spoilt('unread.synfire', (draft) => { const { channels } = draft.planes[draft.probes[0].plane]; draft.probes[0].places = Int32Array.from({ length: channels + 1 }, (_, c) => (c === channels ? -1 : c)); draft.probes[0].axes = `S T N ${channels + 1}`; });
    expect(refused(['simulate', unread, '--data', data, ...record], 2, 'R0127')[0].hint).toMatch(/--eliminate recorded/);
    const many = 700_000, header = Buffer.from(readFileSync(data).subarray(0, 128));
    header.write(`{'descr': '|u1', 'fortran_order': False, 'shape': (${many}, 8, 8), }`.padEnd(117), 10, 'latin1');
    const large = write('many.npy', header);
    truncateSync(large, 128 + many * 64);
    expect(refused(['simulate', layout, '--data', large, ...record], 2, 'R0111')[0].hint).toMatch(/--samples \d+/);
    expect(existsSync(at('never.npz'))).toBe(false);
  });

  it('whose target text was changed is refused', () => {
    refused(['inspect', spoilt('target.synfire', (draft) => { Object.assign(draft.target, { text: draft.target.text.replace(/axons += 32/, 'axons = 33') }); })], 2, 'R0108');
    refused(['inspect', spoilt('unit.synfire', (draft) => { Object.assign(draft.target, { text: 'chip x { }' }); })], 2, 'T1007');
  });
});

describe('a chip file', () => {
  const compile = (target: string): readonly string[] => ['compile', model, '--arch', arch, '--target', target, '-o', at('never.synfire')];
  it('with a wrong unit is refused at its line and column, in every command that takes a target', () => {
    const file = write('unit.chip', 'chip mine from mesh45 {\n  technology {\n    clock = 5 pJ, source "none"\n  }\n}\n');
    for (const args of [compile(file), ['run', ...road, '--target', file], ['targets', file], ['noc', '--target', file], ['conform', at('case'), '--target', file]]) {
      expect(refused(args, 2, 'T1008')[0].at).toMatchObject({ in: 'text', file, line: 3, column: 13 });
    }
  });
  it('that is unknown, nothing, garbage, a folder, too large or starts from itself is refused', () => {
    expect(refused(compile('mesh54'), 2, 'T1027')[0].hint).toContain('mesh45');
    refused(compile(write('empty.chip', '')), 2, 'T1003');
    refused(compile(write('garbage.chip', Uint8Array.from({ length: 900 }, (_, i) => (i * 2654435761) >>> 24))), 2, 'T1001', 'T1002', 'T1003', 'T1028');
    mkdirSync(at('folder.chip'), { recursive: true });
    refused(compile(at('folder.chip')), 2, 'T1026');
    refused(compile(write('large.chip', `# ${'x'.repeat(2 ** 24)}`)), 2, 'T1025');
    refused(compile(write('mine.chip', 'chip mine from mine { }')), 2, 'T1015');
  });
  it('on which the network does not fit is refused with exit 3 and the way out', () => {
    expect(refused([...compile('small32'), '--mesh', '1x1'], 3, 'C4103')[0].hint).toMatch(/--mesh \d+x\d+/);
    refused([...compile(write('tight.chip', 'chip tight from mesh45 {\n  core { accumulatorBits = 8 bit, ours "too few" }\n}\n'))], 3, 'C3005');
  });
});

describe('options', () => {
  it('that are wrong are all told at once', () => {
    const faults = refused(['run', model, '--workers', '0', '--samples', '-1', '--bits', '9', '--mesh', '0x0', '--timing', 'exact', '--reference', 'gpu', '--residual', 'sum',
      '--scale', 'min', '--seed', '1e3', '--timing-samples', '1.5', '--verify', ''],
      2, 'R0001', 'R0002', 'T1018');
    expect(faults.map(({ at: place }) => place?.in === 'option' && place.option).sort()).toEqual(['--arch', '--bits', '--data', '--mesh', '--reference', '--residual',
      '--samples', '--scale', '--seed', '--timing', '--timing-samples', '--verify', '--workers']);
  });
  it.each([['--mesh', '99999x99999', 'T1017'], ['--mesh', '4', 'R0001'], ['--mesh', '-4x4', 'R0001'], ['--workers', '100000', 'R0001'], ['--samples', '0', 'R0001'],
    ['--samples', '9'.repeat(30), 'R0001'], ['--bits', '0x8', 'R0001']])(
    '%s %s is refused', (option, value, code) => { refused(['run', ...road, option, value], 2, code); });
  it('of noc are refused alike', () => {
    for (const [option, value] of [['--load', '0'], ['--load', 'Infinity'], ['--load', '2'], ['--cycles', '-1'], ['--pattern', 'spiral'], ['--flits', '0'],
      ['--mesh', '0']]) refused(['noc', option, value], 2, 'R0001');
    refused(['noc', '--flits', '500'], 2, 'S2103');
  });
  it('and passes and tables that do not exist are named with their neighbours', () => {
    expect(refused(['run', ...road, '--emit', 'quantize'], 2, 'R0003')[0].hint).toContain('"quantise"');
    expect(refused(['inspect', layout, '--csv', 'core'], 2, 'R0001')[0].message).toContain('cores');
  });
  it('unknown or misspelt, like commands and operands, exit 2 and are told as faults', () => {
    expect(refused(['run', ...road, '--samlpes', '3'], 2, 'R0004')[0].hint).toContain('--samples');
    for (const args of [['fly'], [], ['run'], ['run', ...road, '--samples'], ['schema'], ['schema', 'all'], ['doctor', 'now'], ['conform'], ['simulate', layout],
      ['targets', 'a', 'b']]) {
      const { code, stderr } = synfire(args);
      expect([args, code, stderr]).toEqual([args, 2, expect.stringMatching(/\w/)]);
    }
  });
});

describe('paths', () => {
  const isRoot = process.getuid?.() === 0;
  it('that end nowhere, in a circle, in a folder, a pipe or a device are refused without waiting', () => {
    for (const name of ['circle-a', 'circle-b']) rmSync(at(name), { force: true });
    symlinkSync(at('circle-b'), at('circle-a'));
    symlinkSync(at('circle-a'), at('circle-b'));
    if (!existsSync(at('pipe'))) execFileSync('mkfifo', [at('pipe')]);
    mkdirSync(at('folder'), { recursive: true });
    for (const path of ['circle-a', 'pipe', 'folder', 'missing', 'model.pth/x', 'x'.repeat(300)].map(at).concat(existsSync('/dev/zero') ? ['/dev/zero'] : [])) {
      refused(['run', path, '--arch', path, '--data', path, '--labels', path], 2, 'C1001');
    }
    refused(['simulate', at('pipe'), '--data', at('pipe')], 2, 'C1001');
    refused(['run', ...road, '--target', at('pipe')], 2, 'T1026');
  });

  it('of results that cannot be written are refused before anything runs, with exit 1', () => {
    for (const out of [model, at('model.pth/below'), ...(existsSync('/proc/self') ? ['/proc/nowhere'] : [])]) refused(['run', ...road, '--out', out], 1, 'R0106');
    mkdirSync(at('taken/report.json'), { recursive: true });
    refused(['run', ...road, '--out', at('taken')], 1, 'R0106');
    refused(['compile', model, '--arch', arch, '-o', at('taken')], 1, 'R0106');
    refused(['run', ...road, '--record', at('taken')], 1, 'R0106');
  });

  it.skipIf(isRoot)('of a folder without the right to write are refused with exit 1', () => {
    mkdirSync(at('closed'), { recursive: true });
    chmodSync(at('closed'), 0o500);
    refused(['run', ...road, '--out', at('closed')], 1, 'R0106');
  });

  it('of results never overwrite an input', () => {
    const before = readFileSync(model);
    refused(['compile', model, '--arch', arch, '-o', model], 2, 'R0005');
    refused(['run', ...road, '--record', data], 2, 'R0005');
    symlinkSync(model, at('alias'));
    refused(['run', ...road, '--record', at('alias')], 2, 'R0005');
    expect(readFileSync(model).equals(before)).toBe(true);
  });
});
