// The engines that tests run on, opened once per file: wasm and cpu always, node where its addon is built.
import type { Engine } from '../../runtime/reference/engine.ts';
import { openEngine } from '../../runtime/reference/engines.ts';

const opened = async (name: 'node' | 'wasm' | 'cpu'): Promise<Engine | string> => {
  const engine = await openEngine(name);
  return engine.ok ? engine.value : engine.faults[0].message;
};

const [wasm, cpu, node] = [await opened('wasm'), await opened('cpu'), await opened('node')];
if (typeof node === 'string') console.warn(`SKIPPED on tfjs-node: ${node}; \`npm run setup:tfjs-node\` builds it`);
if (typeof wasm === 'string' || typeof cpu === 'string') throw new Error(`wasm and cpu must load: ${wasm}, ${cpu}`);

export const engines: readonly Engine[] = typeof node === 'string' ? [wasm, cpu] : [wasm, cpu, node];
export const wasmEngine: Engine = wasm;
