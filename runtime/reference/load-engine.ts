// How each engine is brought up. Every import of TensorFlow.js is lazy: nothing of it loads unless asked.
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import util from 'node:util';
import type { EngineName, Tf } from './engine.ts';

/** version: of the library, with that of the C library where there is one. */
export type Loaded = Readonly<{ tf: Tf; backend: string; version: string }>;
/** Throws whatever the package throws; the caller makes a reason of it. */
export type Loaders = Readonly<Record<EngineName, () => Promise<Loaded>>>;

/** Set before the first import, in the main thread: worker threads share its C environment. One thread's own settings stand. */
export function calmTensorFlow(): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0';  // fused kernels round differently from machine to machine
}

/** tfjs-node 4.22.0 calls two functions of node:util that Node 23 removed. On 22 they still exist and warn, so they are replaced without a look. */
function mendUtil(): void {
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined, isArray: Array.isArray });
}

async function node(): Promise<Loaded> {
  calmTensorFlow();
  mendUtil();
  const { default: tf } = await import('@tensorflow/tfjs-node');
  tf.enableProdMode();
  const { binding } = tf.backend() as { binding?: { TF_Version?: string } };
  return { tf, backend: 'tensorflow', version: `${tf.version_core}${binding?.TF_Version ? ` (TensorFlow ${binding.TF_Version})` : ''}` };
}

async function wasm(): Promise<Loaded> {
  const tf = await core(), { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  await withoutNewListeners(() => tf.setBackend('wasm'));
  return { tf, backend: 'wasm', version: tf.version_core };
}

async function cpu(): Promise<Loaded> {
  const tf = await core();
  await import('@tensorflow/tfjs-backend-cpu');
  return { tf, backend: 'cpu', version: tf.version_core };
}

async function core(): Promise<Tf> {
  const tf = await import('@tensorflow/tfjs-core');
  tf.enableProdMode();  // also silences its advertisement
  return tf;
}

const crashes = ['uncaughtException', 'unhandledRejection'] as const;

/** Emscripten adds two process listeners that would make every crash of ours end in its file. */
async function withoutNewListeners<T>(load: () => Promise<T>): Promise<T> {
  const before = crashes.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  try {
    return await load();
  } finally {
    crashes.forEach((event, i) => {
      for (const listener of process.listeners(event as 'uncaughtException')) if (!before[i].has(listener)) process.off(event, listener);
    });
  }
}

export const loaders: Loaders = { node, wasm, cpu };
