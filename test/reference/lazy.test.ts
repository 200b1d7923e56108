import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { openEngine } from '../../runtime/reference/engines.ts';
import '../../runtime/reference/run-graph.ts';
import '../../runtime/float.ts';

const loaded = (): string[] => Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('@tensorflow'));

it('loads nothing of TensorFlow.js before an engine is opened, and then only what that engine needs', async () => {
  expect(loaded()).toEqual([]);
  expect((await openEngine('cpu')).ok).toBe(true);
  expect(loaded().some((file) => file.includes('tfjs-core'))).toBe(true);
  expect(loaded().some((file) => /tfjs-node|backend-wasm/.test(file))).toBe(false);
});
