// synfire targets: the shipped chips, one resolved, or every key explained.
import { shippedChips } from '../../targets/index.ts';
import { describeKeys } from '../../targets/language/describe.ts';
import { loadTarget } from '../../targets/load.ts';
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import { refuse } from '../console/outcome.ts';
import { exits } from '../console/execute.ts';
import { tableText } from '../console/table.ts';

export async function targets(name: string | undefined, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json');
  if (reader.flag('keys')) { process.stdout.write(describeKeys()); return exits.ok; }
  if (name !== undefined) {
    const target = loadTarget(name);
    if (!target.ok) return refuse(target.faults, json);
    process.stdout.write(json ? `${JSON.stringify({ schemaVersion: 1, ...target.value }, undefined, 2)}\n` : target.value.text);
    return exits.ok;
  }
  const rows = Object.entries(shippedChips).flatMap(([chip, doc]) => {
    const target = loadTarget(chip);
    return target.ok ? [{ chip, mesh: `${target.value.arch.mesh.width}x${target.value.arch.mesh.height}`, core: `${target.value.arch.core.axons}x${target.value.arch.core.neurons}`, doc: String(doc) }] : [];
  });
  process.stdout.write(json ? `${JSON.stringify({ schemaVersion: 1, targets: rows }, undefined, 2)}\n`
    : `${tableText({ title: 'targets', columns: ['chip', 'mesh', 'axons x neurons', 'what it is'], rows: rows.map(({ chip, mesh, core, doc }) => [chip, mesh, core, doc]) })}\nA chip of your own: write "chip mine from mesh45 { ... }" to mine.chip and use --target mine.chip.\n`);
  return exits.ok;
}
