// How the command line behaves as a program: help, versions, streams, colours, start-up, and what a program that imports the package gets.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { at, cli, expectNoStack, folder, root, smallModel, start, synfire, write } from './synfire.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const commands = ['run', 'compile', 'describe', 'check', 'attribute', 'simulate', 'inspect', 'conform', 'noc', 'targets', 'doctor', 'schema'];

describe('help', () => {
  it('and version go to stdout, exit 0, and stderr stays empty', () => {
    expect(synfire(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    const { code, stdout, stderr } = synfire(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(stdout).toMatch(/130 interrupted/);
  });
  it.each(commands)('of %s has an example that names the command', (command) => {
    const { code, stdout } = synfire([command, '--help']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`Examples?:\\n  synfire ${command}\\b`))]);
  });
  it('is shown on stderr with exit 2 where there is no command', () => {
    expect(synfire([])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: synfire') as string });
  });
});

it('starting up loads nothing but commander and picocolors: tensorflow, zod and chevrotain wait for a command that needs them', () => {
  const packages = new Set<string>(), seen = new Set<string>();
  const walk = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, from] of readFileSync(file, 'utf8').matchAll(/^\s*(?:import|export)\b[^;]*?from ['"]([^'"]+)['"]/gm)) {
      if (from?.startsWith('.')) walk(join(dirname(file), from)); else if (from && !from.startsWith('node:')) packages.add(from);
    }
  };
  walk(cli);
  expect([...packages].sort()).toEqual(['commander', 'picocolors']);
  expect(seen.size).toBeGreaterThan(3);
});

describe('colours', () => {
  const faulty = ['targets', 'nowhere'];
  it('are off where stderr is no terminal, on with FORCE_COLOR, off with FORCE_COLOR=0 and with NO_COLOR', () => {
    const isColoured = (more: NodeJS.ProcessEnv): boolean => synfire(faulty, more).stderr.includes('\u001b[31m');
    expect([isColoured({}), isColoured({ FORCE_COLOR: '1' }), isColoured({ FORCE_COLOR: '0' }), isColoured({ FORCE_COLOR: '1', NO_COLOR: '1' })]).toEqual(
      [false, true, false, false]);
  });
});

describe('streams', () => {
  it('that are closed early, as by head, end the command without an error', async () => {
    for (const args of [['targets', '--keys'], ['schema', 'report']]) {
      const child = spawn(process.execPath, [cli, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
      child.stdout.destroy();
      expect([args, await new Promise((resolve) => { child.on('close', resolve); }), stderr]).toEqual([args, 0, '']);
    }
  });
  it('to a reader that is slow lose nothing: the whole document arrives through a pipe', () => {
    expect(() => { JSON.parse(synfire(['schema', 'report']).stdout); }).not.toThrow();
    expect(synfire(['schema', 'report']).stdout.length).toBeGreaterThan(2 ** 14);
  });
});

it('a bug of ours is one fault without a stack, also as JSON; SYNFIRE_TRACE shows where', () => {
  const { road } = smallModel(), planted = write('planted.mjs', 'Object.defineProperty(performance, "now", { value() { throw new Error("planted"); } });');
  const crash = (more: NodeJS.ProcessEnv) => synfire(['run', ...road, '--reference', 'none', '--json'], { NODE_OPTIONS: `--import ${planted}`, ...more });
  const { code, stdout, stderr } = crash({});
  expect([code, JSON.parse(stdout)]).toEqual([1, { schemaVersion: 1, faults: [expect.objectContaining({ code: 'R0100', message: 'internal error: planted' })] }]);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(crash({ SYNFIRE_TRACE: '1' }).stderr).toMatch(/^\s+at /m);
});

describe('small commands', () => {
  it('doctor tells facts and engines, for people and as one document', () => {
    const { stdout } = synfire(['doctor', '--json']), facts = JSON.parse(stdout) as { schemaVersion: number; node: string; wasmSimd: boolean;
      engines: { engine: string; loads: boolean; detail: string }[] };
    expect(facts).toMatchObject({ schemaVersion: 1, node: process.version, sharedMemory: true, wasmSimd: true });
    expect(facts.engines.map(({ engine }) => engine)).toEqual(['node', 'wasm', 'cpu']);
    expect(facts.engines.every(({ detail }) => detail.length > 3)).toBe(true);
    expect(synfire(['doctor']).stdout).toContain(process.version);
  });
  it('targets lists, resolves and explains; a resolved chip is a chip file that gives itself', () => {
    expect(synfire(['targets']).stdout).toMatch(/mesh45[\s\S]*small32[\s\S]*small32-saturating/);
    const { stdout } = synfire(['targets', 'small32']), again = synfire(['targets', write('again.chip', stdout)]);
    expect([again.code, again.stdout]).toEqual([0, stdout]);
    for (const args of [[], ['mesh45'], ['--keys']]) expect(JSON.parse(synfire(['targets', ...args, '--json']).stdout)).toMatchObject({ schemaVersion: 1 });
  });
  it('schema prints JSON schemas', () => {
    for (const what of ['report', 'descriptor']) expect(JSON.parse(synfire(['schema', what]).stdout)).toMatchObject(
      { $schema: expect.stringContaining('json-schema.org') as string });
  });
  it('noc prints latency and accepted load, the same for the same seed', () => {
    const args = ['noc', '--load', '0.05', '0.2', '--cycles', '400', '--mesh', '4x4', '--json'], first = synfire(args);
    const { results } = JSON.parse(first.stdout) as { results: { offered: number; accepted: number; latency: number }[] };
    expect(results.map(({ offered }) => offered)).toEqual([0.05, 0.2]);
    expect(results[0].latency).toBeLessThan(results[1].latency);
    expect(synfire(args).stdout).toBe(first.stdout);
    expect(synfire([...args, '--seed', '2']).stdout).not.toBe(first.stdout);
    expect(synfire(['noc', '--cycles', '200']).stdout).toMatch(/mesh45, 8x8[\s\S]*offered/);
  });
});

it('a program that imports the package gets the road in pieces', async () => {
  const { model, arch, data } = smallModel();
  const script = write('import.mjs', `import { buildReport, compileModel, loadModel, loadTarget, openData, reportHtml, reportJson, runSubject } from 'synfire';
    const model = loadModel(${JSON.stringify(model)}, ${JSON.stringify(arch)}), target = loadTarget('mesh45');
    const subject = compileModel(model.value, target.value, { residual: 'auto', scale: 'max', bits: 8, seed: 1 });
    const { data } = openData(subject.value, ${JSON.stringify(data)}, undefined).value;
    const run = await runSubject(subject.value, data, undefined,
      { samples: 4, timing: 'analytic', timingSamples: 1, workers: 1, verify: 2, reference: 'none', record: false, signal: new AbortController().signal });
    const report = buildReport(run.value.report);
    console.log(JSON.stringify({ samples: report.samples.function, differences: report.verification.differences, json: JSON.parse(reportJson(report)).schemaVersion,
      html: reportHtml(report).startsWith('<!doctype html>') }));`);
  // The package by its own name, resolved from the root of the checkout.
  const child = spawn(process.execPath, ['--input-type=module', '--eval', readFileSync(script, 'utf8')], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '', stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const code = await new Promise((resolve) => { child.on('close', resolve); });
  expect([code, stdout, stderr]).toEqual([0, expect.any(String), expect.not.stringMatching(/rror/)]);
  expect(JSON.parse(stdout)).toEqual({ samples: 4, differences: 0, json: 1, html: true });
});

describe('Ctrl-C', () => {
  /** Runs until stderr has said `sign`, sends SIGINT, and waits for the end. */
  const interrupted = async (args: readonly string[], sign: RegExp, node: readonly string[] = []) => {
    const child = start(args, node), ends = new Promise<readonly [number | null,
      NodeJS.Signals | null]>((resolve) => { child.on('close', (code, signal) => { resolve([code, signal]); }); });
    let stdout = '', stderr = '', isSent = false;
    child.stdout!.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (!isSent && sign.test(stderr)) { isSent = true; child.kill('SIGINT'); }
    });
    const [code, signal] = await ends;
    return { code, signal, stdout, stderr };
  };
  const example = (name: string): string => join(root, 'examples', 'fashion', name);
  const long = ['run', example('model.pth'), '--arch', example('arch.json'), '--data', example('images.idx.gz'), '--labels', example('labels.idx.gz'), '--timing-samples', '0',
    '--reference', 'none'];

  it('while samples run ends with a report of what was done, marked partial, exit 130', async () => {
    const { code, signal, stdout, stderr } = await interrupted([...long, '--out', at('stopped'), '--record', at('stopped.npz'), '--json'], /^simulating: 2000 samples$/m);
    expect([code, signal]).toEqual([130, null]);
    expectNoStack(stderr);
    const report = JSON.parse(stdout) as { partial: boolean; samples: { requested: number; function: number }; faults: { code: string }[] };
    expect([report.partial, report.samples.requested, report.faults.some((fault) => fault.code === 'R7001')]).toEqual([true, 2000, true]);
    expect(report.samples.function).toBeLessThan(2000);
    expect(readFileSync(at('stopped/report.json'), 'utf8')).toBe(stdout);
    expect(readFileSync(at('stopped/report.html'), 'utf8')).toContain('partial');
    expect(existsSync(at('stopped.npz'))).toBe(true);
  });

  it('for the second time kills at once, without report or stack', async () => {
    // The second one comes out of the process itself, the moment it says that it stops: no race with its end.
    const second = `data:text/javascript,const { write } = process.stderr; process.stderr.write = function (text) {
      write.call(this, text); if (String(text).includes('stopping')) process.kill(process.pid, 'SIGINT'); return true; };`;
    const { code, signal, stdout, stderr } = await interrupted([...long, '--out', at('killed')], /^simulating: 2000 samples$/m, ['--import', second]);
    expect([signal ?? code, stdout]).toEqual(['SIGINT', '']);
    expectNoStack(stderr);
    expect(existsSync(at('killed/report.json'))).toBe(false);
  });
});
