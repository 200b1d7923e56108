// The built command line as a child process, what every refusal must look like, and a small network with its files.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { FileTensor } from '../../compiler/files/checkpoint.ts';
import { writeNpy } from '../../compiler/files/npz.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { checkpoint, dense, dict, floats, text } from '../files/archive.ts';
import type { Json } from '../frontend/tiny.ts';
import { checkpointOf, spikformerDescriptor, spikformerShapes } from '../frontend/tiny.ts';
import { randomFrom } from '../random.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const cli = join(root, 'dist', 'runtime', 'cli.js');
export const folder = mkdtempSync(join(tmpdir(), 'synfire-cli-'));
/** A path in this test file's own folder, which is also where commands run. */
export const at = (name: string): string => join(folder, name);

const environment = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const { NO_COLOR: _, FORCE_COLOR: _also, SYNFIRE_TRACE: _too, ...rest } = process.env;
  return { ...rest, SYNFIRE_CACHE: at('cache'), ...more };
};

export type Result = Readonly<{ code: number | null; stdout: string; stderr: string; megabytes: number }>;
/** At its end a command writes down the most memory it ever had. */
const watch = `data:text/javascript,import { writeFileSync } from 'node:fs';
  process.on('exit', () => { writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)); });`;

/** Runs a command to its end. A command that hangs is killed and has no code. */
export function synfire(args: readonly string[], more: NodeJS.ProcessEnv = {}): Result {
  const peak = at('peak'), done = spawnSync(process.execPath, ['--import', watch, cli, ...args], { cwd: folder, env: environment({ PEAK_FILE: peak, ...more }), encoding: 'utf8',
    timeout: 100_000, killSignal: 'SIGKILL', maxBuffer: 2 ** 28 });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr, megabytes: done.status === null ? Infinity : Number(readFileSync(peak, 'utf8')) / 1024 };
}

/** Starts a command and leaves it running. `node`: options of node itself. */
export const start = (args: readonly string[], node: readonly string[] = []): ChildProcess =>
  spawn(process.execPath, [...node, cli, ...args], { cwd: folder, env: environment({}), stdio: ['ignore', 'pipe', 'pipe'] });

/** The one JSON document on stdout. */
export function documentOf({ stdout }: Pick<Result, 'stdout'>): Json {
  const document = JSON.parse(stdout) as Json;
  expect(document.schemaVersion).toBe(1);
  return document;
}

export const expectNoStack = (stderr: string): void => expect(stderr).not.toMatch(/^\s+at .+[:)]|node:internal|internal error|\bR0100\b/m);

/**
 * Expects a command to refuse: this exit code; on stdout, with --json, one document of faults; on stderr the same for people, no stack; a place and a hint with each fault;
 * little memory.
 * @returns the faults
 */
export function refused(args: readonly string[], exit: number, ...codes: readonly string[]): readonly Fault[] {
  const result = synfire([...args, '--json']), { stderr, megabytes } = result;
  expect([result.code, stderr]).toEqual([exit, expect.stringContaining(`error[${codes[0]}]`)]);
  expectNoStack(stderr);
  const faults = (documentOf(result).faults as readonly Fault[]).filter(({ severity }) => severity === 'error');
  expect([...new Set(faults.map(({ code }) => code))].sort()).toEqual([...codes].sort());
  for (const { code, message, hint, at: place } of faults) {
    expect([code, hint]).toEqual([code, expect.stringMatching(/\w/)]);
    if (code !== 'R0004') expect([code, place]).toEqual([code, expect.objectContaining({ in: expect.stringMatching(/\w/) as string })]);
    expect(message).not.toMatch(/undefined|\[object/);
  }
  expect(megabytes).toBeLessThan(700);
  return faults;
}

/** Bytes of a checkpoint with these tensors, as torch.save writes them. */
export function bytesOf(tensors: ReadonlyMap<string, Pick<FileTensor, 'shape' | 'data'>>): Uint8Array {
  const entries = [...tensors];
  return checkpoint(dict(entries.map(([key, { shape }], i) => [text(key), dense(String(i), shape)])),
    Object.fromEntries(entries.map(([, { data }], i) => [String(i), floats(...data)])));
}

export const tensors = (): Map<string, FileTensor> => checkpointOf(spikformerShapes()).tensors;
export const write = (name: string, content: string | Uint8Array): string => { writeFileSync(at(name), content); return at(name); };
export const sampleCount = 24;

/** Network, descriptor, images and labels of a Spikformer that compiles in a moment. */
export function smallModel(): Readonly<{ model: string; arch: string; data: string; labels: string; road: readonly string[] }> {
  const { unit } = randomFrom(7), pixels = Uint8Array.from({ length: sampleCount * 64 }, () => Math.floor(unit() * 256));
  const model = write('model.pth', bytesOf(tensors())), arch = write('arch.json', JSON.stringify(spikformerDescriptor())),
    data = write('images.npy', writeNpy({ shape: [sampleCount, 8, 8], dtype: 'uint8', data: pixels }));
  const labels = write('labels.txt', Array.from({ length: sampleCount }, (_, i) => i % 3).join('\n'));
  return { model, arch, data, labels, road: [model, '--arch', arch, '--data', data] };
}
