import { expect, describe, it } from 'vitest';
import type { EngineName, Tf } from '../../runtime/reference/engine.ts';
import { openEngine } from '../../runtime/reference/engines.ts';
import type { Loaded } from '../../runtime/reference/load-engine.ts';
import { loaders } from '../../runtime/reference/load-engine.ts';
import { reasonOf } from '../../runtime/reference/reason.ts';
import { selfCheck } from '../../runtime/reference/self-check.ts';
import { wasmEngine } from './engine-under-test.ts';

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });
const fails = (error: Error) => (): Promise<Loaded> => Promise.reject(error);
/** tfjs-node as it would be if it loaded, but for what is put in its place. */
const replaced = (parts: object) => (): Promise<Loaded> => Promise.resolve({ tf: { ...wasmEngine.tf, ...parts } as Tf, backend: 'wasm', version: '4.22.0' });

const absent = coded("Cannot find package '@tensorflow/tfjs-node' imported from /home/someone/synfire/dist/runtime/reference/load-engine.js", 'ERR_MODULE_NOT_FOUND');
const unbuilt = new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: /home/someone/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node. \nPlease run command');
const { tf } = wasmEngine;

describe('openEngine', () => {
  it.each<[string, () => Promise<Loaded>, string]>([
    ['is absent', fails(absent), 'is not installed'],
    ['is present but not built', fails(unbuilt), 'its native addon is not built'],
    ['multiplies wrongly', replaced({ matMul: (a: Parameters<Tf['matMul']>[0], b: Parameters<Tf['matMul']>[0]) => tf.add(tf.matMul(a, b), 1) }), 'computes wrongly: a matrix product gives'],
    ['convolves wrongly', replaced({ conv2d: (...args: Parameters<Tf['conv2d']>) => tf.mul(tf.conv2d(...args), -1) }), 'computes wrongly: a convolution gives'],
    ['fails at its first operator', replaced({ add: () => { throw new TypeError('(0 , util_1.isNullOrUndefined) is not a function'); } }), '(0 , util_1.isNullOrUndefined) is not a function'],
  ])('goes on to wasm when tfjs-node %s, and says why', async (_, node, reason) => {
    const engine = await openEngine('auto', { load: { ...loaders, node } });
    expect(engine.ok && engine.value.label).toBe('tfjs-wasm 4.22.0');
    expect(engine.ok && engine.value.reasons).toHaveLength(1);
    expect(engine.ok && engine.value.reasons[0].engine).toBe('node');
    expect(engine.ok && engine.value.reasons[0].reason).toMatch(new RegExp(`^${reason.replace(/[()]/g, '\\$&')}`));
  });

  it('goes on to cpu when wasm fails too', async () => {
    const engine = await openEngine('auto', { load: { ...loaders, node: fails(absent), wasm: fails(new Error('no SIMD here')) } });
    expect(engine.ok && [engine.value.name, engine.value.tf.getBackend(), engine.value.reasons.map(({ engine: name }) => name)]).toEqual(['cpu', 'cpu', ['node', 'wasm']]);
  });

  it('passes over engines that failed before, and keeps their reasons', async () => {
    const engine = await openEngine('auto', { failed: [{ engine: 'node', reason: 'it crashed' }], load: { ...loaders, node: () => { throw new Error('asked again'); } } });
    expect(engine.ok && [engine.value.name, engine.value.reasons]).toEqual(['wasm', [{ engine: 'node', reason: 'it crashed' }]]);
  });

  it('gives one fault with every reason when no engine works', async () => {
    const dead = fails(new Error('dead')), engine = await openEngine('auto', { load: { node: fails(unbuilt), wasm: dead, cpu: dead } });
    expect(!engine.ok && engine.faults.map(({ code }) => code)).toEqual(['R3001']);
    expect(!engine.ok && engine.faults[0].message).toMatch(/node: its native addon is not built; wasm: dead; cpu: dead/);
  });

  it('takes the engine that is named or none: no silent substitute', async () => {
    const asked: EngineName[] = [], watch = (name: EngineName) => () => { asked.push(name); return loaders[name](); };
    expect(await openEngine('node', { load: { ...loaders, node: fails(absent) } })).toMatchObject({ ok: false, faults: [{ code: 'R3001', at: { option: '--reference' } }] });
    expect(await openEngine('cpu', { load: { node: watch('node'), wasm: watch('wasm'), cpu: watch('cpu') } })).toMatchObject({ ok: true, value: { name: 'cpu', reasons: [] } });
    expect(asked).toEqual(['cpu']);
  });

  it('leaves no process listener behind that would end our crashes in a file of Emscripten', async () => {
    expect((await openEngine('wasm')).ok).toBe(true);
    const foreign = (['uncaughtException', 'unhandledRejection'] as const).flatMap((event) => process.listeners(event as 'uncaughtException')).map(String).filter((source) => /ExitStatus|throw (ex|reason)/.test(source));
    expect(foreign).toEqual([]);
  });

  it('lets several engines of one thread take turns', async () => {
    const cpu = await openEngine('cpu');
    if (!cpu.ok) throw new Error('cpu must load');
    for (const engine of [wasmEngine, cpu.value, wasmEngine]) {
      engine.use();
      expect([engine.tf.getBackend(), selfCheck(engine.tf)]).toEqual([engine.name, undefined]);
    }
  });
});

describe('reasonOf', () => {
  it('is one short line without a path', () => {
    const reasons = [absent, unbuilt, new Error(`libtensorflow.so.2: cannot open shared object file: No such file\n    at Object.<anonymous> (/a/b.js:1:2)`),
      new Error(`ENOENT: no such file or directory, open '/home/someone/x y/file.wasm' ${'very '.repeat(60)}`), new Error('cannot load C:\\Users\\someone\\synfire\\addon.node'), 'a text', undefined].map((error) => reasonOf(error));
    for (const reason of reasons) {
      expect(reason).not.toMatch(/\n|someone/);
      expect(reason.length).toBeLessThanOrEqual(120);
      expect(reason.length).toBeGreaterThan(3);
    }
  });

  it('does not call a package absent when it is one of its own parts that is missing', () => {
    expect(reasonOf(coded("Cannot find module '@mapbox/node-pre-gyp'", 'MODULE_NOT_FOUND'), '@tensorflow/tfjs-node')).toBe("Cannot find module '@mapbox/node-pre-gyp'");
  });
});
