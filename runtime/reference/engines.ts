// One door to the float engines: the first that loads and computes rightly, with the reasons against those before it.
import type { Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Engine, EngineName } from './engine.ts';
import { engineNames } from './engine.ts';
import type { EngineReason } from './faults.ts';
import { noEngine } from './faults.ts';
import type { Loaders } from './load-engine.ts';
import { loaders } from './load-engine.ts';
import { reasonOf } from './reason.ts';
import { selfCheck } from './self-check.ts';

const packages: Readonly<Record<EngineName, string>> = { node: '@tensorflow/tfjs-node', wasm: '@tensorflow/tfjs-backend-wasm', cpu: '@tensorflow/tfjs-backend-cpu' };

export type OpenOptions = Readonly<{ failed?: readonly EngineReason[]; load?: Loaders }>;

/**
 * Opens a float engine in this thread: node (TensorFlow's C library), else wasm, else cpu for `auto`; exactly the named one otherwise. Loads nothing else.
 * @param options failed: engines that `auto` passes over, with reasons from an earlier attempt; load: how each engine loads, for tests to simulate the states of tfjs-node
 * Faults: R3001 when none can be used, with every reason.
 * Source: libraries.md section 2 (loader recipe).
 */
export async function openEngine(wanted: EngineName | 'auto', { failed = [], load = loaders }: OpenOptions = {}): Promise<Outcome<Engine>> {
  const reasons: EngineReason[] = [...failed];
  for (const name of wanted === 'auto' ? engineNames.filter((engine) => failed.every((each) => each.engine !== engine)) : [wanted]) {
    try {
      const { tf, backend, version } = await load[name]();
      if (!(await tf.setBackend(backend))) throw new Error('its backend does not start');
      const wrong = selfCheck(tf);
      if (wrong !== undefined) throw new Error(wrong);
      // The backend is up, so this promise has done its work when it is made.
      const use = (): void => { if (tf.getBackend() !== backend) void tf.setBackend(backend); };
      return succeed({ name, version, label: `tfjs-${name} ${version}`, reasons, tf, use });
    } catch (error) {
      reasons.push({ engine: name, reason: reasonOf(error, packages[name]) });
    }
  }
  return fail(noEngine(wanted, reasons));
}
