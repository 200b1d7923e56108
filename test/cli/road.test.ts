// The whole road through the command line: what it writes, that it says the same whatever the workers, and that --record equals the golden data of the cases.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readNpz, writeNpz } from '../../compiler/files/npz.ts';
import { parseGraph } from '../../compiler/text/parse-graph.ts';
import { floats, safetensors } from '../files/archive.ts';
import { isShared, sharedFiles, sharedPath } from '../files/shared.ts';
import { valueOf } from '../conformance/outcome.ts';
import type { Json } from '../frontend/tiny.ts';
import { at, documentOf, expectNoStack, sampleCount, smallModel, synfire, tensors, write } from './synfire.ts';

const { model, arch, data, labels, road } = smallModel(), layout = at('road.synfire');
const compileTo = (file: string, ...more: readonly string[]) => synfire(['compile', model, '--arch', arch, '-o', file, ...more]);
beforeAll(() => { expect(compileTo(layout).code).toBe(0); });

const digestOf = (args: readonly string[]): string => { const result = synfire([...args, '--json']); expect([args, result.code]).toEqual([args, 0]);
  return documentOf(result).digest as string; };

describe('run', () => {
  it('writes report.json and report.html, prints a summary, and nothing else on stdout', () => {
    const { code, stdout, stderr } = synfire(['run', ...road, '--labels', labels, '--timing-samples', '2', '--out', at('out')]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^spikformer-cifar on mesh45[\s\S]*accuracy[\s\S]*digest/)]);
    expect(stderr).toMatch(/^simulating: 24 samples\nsimulating: 24 of 24 samples in [\d.]+ s\nfloat reference: 24 samples\n[\s\S]*wrote .*report\.json\nwrote .*report\.html\n$/);
    expect(`${stdout}${stderr}`).not.toContain('\u001b');
    const report = JSON.parse(readFileSync(at('out/report.json'), 'utf8')) as Json;
    expect(report).toMatchObject({ schemaVersion: 1, partial: false, samples: { requested: sampleCount, function: sampleCount, timed: 2 },
      verification: { samples: 20, differences: 0 } });
  });

  it('with --json prints report.json and nothing else', () => {
    const result = synfire(['run', ...road, '--samples', '5', '--timing', 'analytic', '--timing-samples', '3', '--verify', '1', '--reference', 'cpu', '--out', at('json'),
      '--json']);
    expect(result.code).toBe(0);
    expect(result.stdout).toBe(readFileSync(at('json/report.json'), 'utf8'));
    expect(documentOf(result)).toMatchObject({ samples: { function: 5, timed: 3 }, verification: { samples: 1 }, timing: { fidelity: 'analytic' },
      reference: { engine: expect.stringContaining('tfjs-cpu') as string } });
  });

  it('takes more samples than there are as all of them, with a warning', () => {
    const result = synfire(['run', ...road, '--samples', '1000', '--reference', 'none', '--timing-samples', '0', '--json']),
      { samples, faults } = documentOf(result) as { samples: Json; faults: { code: string }[] };
    expect([result.code, samples.function, faults.map(({ code }) => code)]).toEqual([0, sampleCount, expect.arrayContaining(['R0103', 'R6002'])]);
  });

  it('gives the same digest for 1, 2 and 3 workers, for both fidelities, and for its compiled layout', () => {
    const args = [...road, '--reference', 'none', '--timing-samples', '2'], digests = ['1', '2', '3'].map((workers) => digestOf(['run', ...args, '--workers', workers]));
    digests.push(digestOf(['run', ...args, '--timing', 'analytic']), digestOf(['simulate', layout, '--data', data, '--timing-samples', '1']));
    expect([...new Set(digests)]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(digestOf(['run', ...args, '--samples', '23'])).not.toBe(digests[0]);
  });

  it('gives the same digest for the same weights as safetensors and as npz, whatever the files are called', () => {
    const all = [...tensors()], digest = (file: string) => digestOf(['run', file, ...road.slice(1), '--reference', 'none', '--timing-samples', '0']), weights = (data: Float64Array) => Float32Array.from(data);
    const files = [write('model.safetensors', safetensors(all.map(([name, { shape, data: of }]) => ({ name, shape, bytes: floats(...of) })))), write('weights.bin', writeNpz(all.map(([name, { shape, data: of }]) => [name, { shape, dtype: 'float32', data: weights(of) }])))];
    expect(files.map(digest)).toEqual([digest(model), digest(model)]);
  });

  it('takes every option of the compiler: mesh, residual, scale, bits, seed, target', () => {
    for (const more of [['--mesh', '3x3'], ['--residual', 'unary'], ['--scale', 'pow2', '--bits', '4'], ['--target', 'small32', '--seed', '9', '--scale', 'mse', '--residual',
      'planes']]) {
      const report = documentOf(synfire(['run', ...road, '--samples', '2', '--timing-samples', '1', '--reference', 'none', ...more, '--json'])), options = report.options as Json,
        value = (name: string) => more[more.indexOf(name) + 1];
      if (more.includes('--mesh')) expect(report.target).toMatchObject({ width: 3, height: 3 });
      for (const name of ['residual', 'scale'] as const) if (more.includes(`--${name}`)) expect(options[name]).toBe(value(`--${name}`));
      for (const name of ['bits', 'seed'] as const) if (more.includes(`--${name}`)) expect(options[name]).toBe(Number(value(`--${name}`)));
      expect(report.verification).toMatchObject({ samples: 2, differences: 0 });
    }
  });

  it('prints the graph after a pass as text that can be read back, and stops', () => {
    for (const pass of ['import', 'quantise']) {
      const { code, stdout } = synfire(['run', ...road, '--emit', pass]), asJson = documentOf(synfire(['compile', model, '--arch', arch, '--emit', pass, '--json']));
      expect([code, parseGraph(stdout, pass).ok, asJson]).toEqual([0, true, { schemaVersion: 1, pass, graph: stdout }]);
    }
  });
});

describe('compile', () => {
  it('writes the same bytes again, and others for another target', () => {
    const first = readFileSync(layout);
    expect([compileTo(at('again.synfire')).code, readFileSync(at('again.synfire')).equals(first)]).toEqual([0, true]);
    const other = compileTo(at('other.synfire'), '--target', 'small32', '--json');
    expect(documentOf(other)).toMatchObject({ layout: at('other.synfire'), target: 'small32', cores: expect.any(Number) as number });
    expect(readFileSync(at('other.synfire')).equals(first)).toBe(false);
  });
});

describe('inspect', () => {
  it('shows a layout as text, JSON and CSV with the same rows', () => {
    const document = documentOf(synfire(['inspect', layout, '--json'])) as Record<string, Json[]>, { stdout } = synfire(['inspect', layout]);
    for (const table of ['stages', 'cores', 'memory', 'ranges']) expect(stdout).toContain(`${table} (${document[table].length})`);
    for (const table of ['cores', 'stages', 'edges', 'links']) {
      const lines = synfire(['inspect', layout, '--csv', table]).stdout.trimEnd().split('\n');
      expect([table, lines.length - 1, lines[0].split(',')]).toEqual([table, document[table].length, Object.keys(document[table][0])]);
    }
  });
  it('shows a model with its descriptor: one row per node, with ranges', () => {
    const { graph, parameters } = documentOf(synfire(['inspect', model, '--arch', arch, '--json'])) as { graph: Json[]; parameters: number };
    expect(graph.map(({ operator }) => operator)).toEqual(expect.arrayContaining(['source', 'conv', 'lif', 'ssa', 'readout']));
    expect(parameters).toBeGreaterThan(1000);
    expect(synfire(['inspect', model, '--arch', arch]).stdout).toContain(`graph (${graph.length})`);
  });
});

describe('simulate', () => {
  it('reports what a layout knows, and names what it does not', () => {
    const result = synfire(['simulate', layout, '--data', data, '--labels', labels, '--samples', '3', '--timing-samples', '0', '--json']);
    expect(result.code).toBe(0);
    expectNoStack(result.stderr);
    const { options, verification, faults } = documentOf(result) as { options: Json; verification: Json; faults: { code: string }[] };
    expect([options, verification, faults.map(({ code }) => code)]).toEqual([{ residual: 'as compiled', scale: 'as compiled', bits: 8, timing: 'cycle' },
      expect.objectContaining({ samples: 0 }), expect.arrayContaining(['R7003'])]);
  });
});

describe.skipIf(!isShared)('--record', () => {
  const cases = sharedFiles('golden.npz').map((file) => file.slice(0, -'/golden.npz'.length)).filter((name) => /^zoo\/(spikformer-cifar|sdt-v1)\/exact/.test(name));
  it('has cases to compare with', () => { expect(cases.length).toBeGreaterThanOrEqual(isShared ? 3 : 0); });

  it.each(cases)('of %s equals its golden arrays in name, shape and every value', (name) => {
    const file = (part: string): string => sharedPath(`${name}/${part}`), npz = at(`${name.replaceAll('/', '-')}.npz`);
    expect(synfire(['run', file('model.pth'), '--arch', file('arch.json'), '--data', file('input.npy'), '--timing-samples', '0', '--reference', 'none', '--record', npz]).code)
      .toBe(0);
    const recorded = valueOf(readNpz(npz)), golden = valueOf(readNpz(file('golden.npz'))),
      { spikes } = JSON.parse(readFileSync(file('arch.json'), 'utf8')) as { spikes: Record<string, { shape: number[]; packed: boolean }> };
    expect([...recorded.keys()].sort()).toEqual([...Object.keys(spikes), 'logits', 'logits_int'].sort());
    for (const [layer, { shape, packed }] of Object.entries(spikes)) {
      const came = recorded.get(layer)!, bits = golden.get(layer)!.data;
      const wanted = packed ? Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (Number(bits[i >> 3]) >> (7 - (i & 7))) & 1)
        : Uint8Array.from(bits as Uint8Array);
      expect([layer, came.dtype, came.shape, Buffer.from(came.data as Uint8Array).equals(wanted)]).toEqual([layer, 'uint8', shape, true]);
    }
    for (const [array, dtype] of [['logits', 'float64'], ['logits_int', 'int64']] as const) {
      expect([array, recorded.get(array)!.dtype, recorded.get(array)!.shape]).toEqual([array, dtype, golden.get(array)!.shape]);
    }
    expect([...recorded.get('logits')!.data]).toEqual([...golden.get('logits')!.data].map((value) => expect.closeTo(value, 12) as number));
    expect([...recorded.get('logits_int')!.data]).toEqual([...golden.get('logits_int')!.data]);
  });
});
