// synfire doctor: what this machine offers.
import { availableParallelism, totalmem } from 'node:os';
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import { engineNames } from '../reference/engine.ts';
import { openEngine } from '../reference/engines.ts';
import { exits } from '../console/exits.ts';
import { printJson } from '../console/outcome.ts';

/** A module with one SIMD instruction; validates only where WebAssembly SIMD is there. */
const simdModule = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);
/** What this program sees of the WebAssembly object, which Node has and its type package leaves to the browser's. */
const { WebAssembly: wasm } = globalThis as typeof globalThis & { WebAssembly?: { validate(bytes: Uint8Array): boolean } };

export async function doctor(raw: RawOptions): Promise<number> {
  const engines = [];
  for (const name of engineNames) {
    const engine = await openEngine(name);
    engines.push(engine.ok ? { engine: name, loads: true, detail: engine.value.label }
      : { engine: name, loads: false, detail: engine.faults.map(({ message }) => message).join('; ') });
  }
  const facts = { node: process.version, platform: `${process.platform} ${process.arch}`, threads: availableParallelism(), memoryGiB: Math.round(totalmem() / 2 ** 30),
    sharedMemory: typeof SharedArrayBuffer === 'function', wasmSimd: wasm?.validate(simdModule) ?? false, cache: process.env['SYNFIRE_CACHE'] ?? 'default' };
  if (new OptionReader(raw).flag('json')) printJson({ schemaVersion: 1, ...facts, engines });
  else {
    process.stdout.write(`${Object.entries(facts).map(([name, value]) => `${name.padEnd(13)} ${value}`).join('\n')}\n\nfloat engines (the first that loads is used)\n`);
    for (const { engine, loads, detail } of engines) process.stdout.write(`  ${engine.padEnd(5)} ${loads ? 'loads' : 'no   '}  ${detail}\n`);
    if (!engines[0].loads) process.stdout.write(
      '\nA faster float reference: npm run setup:tfjs-node builds TensorFlow\'s C library engine from registry packages (needs pip and g++).\n');
  }
  return exits.ok;
}
