// The digest of a run: what must be equal for any number of workers and any fidelity.
import { createHash } from 'node:crypto';
import type { Ledger } from '../../targets/contract/ledger.ts';

/**
 * SHA-256 (hex) over integer outputs and ledger. Outputs go in the order of their names, each with name and length; integers little-endian on every host.
 * @param outputs output name -> integers [samples, width]
 */
export function digestOf(outputs: ReadonlyMap<string, Int32Array>, ledger: Ledger): string {
  const hash = createHash('sha256');
  for (const name of [...outputs.keys()].sort()) {
    const values = outputs.get(name)!,
      view = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, i) => view.setInt32(i * 4, value, true));
    hash.update(`${JSON.stringify(name)} ${values.length}\n`).update(new Uint8Array(view.buffer));
  }
  const view = new DataView(new ArrayBuffer(ledger.counts.length * 8));
  ledger.counts.forEach((count, i) => view.setFloat64(i * 8, count, true));
  return hash.update(`ledger ${ledger.samples} ${ledger.steps} ${ledger.rows}\n`).update(new Uint8Array(view.buffer)).digest('hex');
}
