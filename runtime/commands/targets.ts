// synfire targets: the shipped chips, one resolved, or every key explained.
import { shippedChips } from '../../targets/index.ts';
import { describeKeys } from '../../targets/language/describe.ts';
import { loadTarget } from '../../targets/load.ts';
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { exits } from '../console/exits.ts';
import { printFaults } from '../console/print-faults.ts';
import { tableText } from '../console/table.ts';

export async function targets(name: string | undefined, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json');
  if (reader.flag('keys')) {
    if (json) printJson({ schemaVersion: 1, keys: describeKeys() });
    else process.stdout.write(describeKeys());
    return exits.ok;
  }
  if (name !== undefined) {
    const target = loadTarget(name);
    if (!target.ok) return refuse(target.faults, json);
    printFaults(target.warnings);
    if (json) printJson({ schemaVersion: 1, ...target.value });
    else process.stdout.write(target.value.text);
    return exits.ok;
  }
  const rows = Object.entries(shippedChips).flatMap(([chip, doc]) => {
    const target = loadTarget(chip);
    return target.ok ? [{ chip, mesh: `${target.value.arch.mesh.width}x${target.value.arch.mesh.height}`,
      core: `${target.value.arch.core.axons}x${target.value.arch.core.neurons}`, doc: String(doc) }] : [];
  });
  if (json) printJson({ schemaVersion: 1, targets: rows });
  else {
    const columns = ['chip', 'mesh', 'axons x neurons', 'what it is'];
    process.stdout.write(tableText({ title: 'targets', columns, rows: rows.map(({ chip, mesh, core, doc }) => [chip, mesh, core, doc]) }));
    process.stdout.write('\nA chip of your own: write "chip mine from mesh45 { ... }" to mine.chip and use --target mine.chip.\n');
  }
  return exits.ok;
}
