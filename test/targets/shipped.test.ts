// The shipped chips hold the numbers of the reference table, and are found by name or by file.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CostTable, Target } from '../../targets/contract/arch.ts';
import { chipKinds } from '../../targets/contract/ledger.ts';
import { shippedChips } from '../../targets/index.ts';
import { loadTarget } from '../../targets/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'synfire-chips-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(name: string): Target {
  const target = loadTarget(name);
  if (!target.ok) throw new Error(target.faults.map(({ message }) => message).join('\n'));
  return target.value;
}
const eachOf = (costs: CostTable) => Object.fromEntries(chipKinds.map((kind) => [kind, Number(costs[kind].each)]));
const word = { wordBits: 64 };

test('the table of shipped chips lists exactly the chip files', () => {
  const files = readdirSync(join(import.meta.dirname, '../../targets')).filter((file) => file.endsWith('.chip'));
  expect(Object.keys(shippedChips).map((name) => `${name}.chip`).sort()).toEqual(files.sort());
});

test('mesh45 is the chip of the reference table, number by number', () => {
  expect(load('mesh45').arch).toEqual({
    name: 'mesh45',
    technology: { nanometres: 45, volts: 0.9, hertz: 200_000_000, pitchMillimetres: 1, unused: 'gated',
      leakage: { weight: 0.17 * 64, state: 0.17 * 64, axon: 0.17 * 32, counter: 0.17 * 32, table: 0.17 * 8, router: 12.34 } },
    mesh: { width: 8, height: 8, sync: 'dataflow', io: 0, deadCores: [], deadLinks: [] },
    core: { axons: 256, neurons: 256, lanes: 16, partialSlots: 4, weightBits: 8, accumulatorBits: 24, membraneBits: 24, payloadBits: 5, sums: 'exact' },
    memories: { weight: { bytes: 65_536, ...word }, state: { bytes: 65_536, ...word }, axon: { bytes: 32_768, ...word }, counter: { bytes: 32_768, ...word }, table: { bytes: 8192, ...word } },
    abilities: { attend: ['kv', 'qk', 'graded', 'hamming', 'matrix', 'gate'], graded: 'repeat', currents: true, pixelMac: true, maxCurrent: true, host: true, plasticity: true },
    timing: { row: 4, mac: 4, update: 6, counter: 1, word: 1, issue: 8, emit: 1, barrier: 64, host: 200 },
    router: { flitBits: 32, virtualChannels: 4, bufferFlits: 8, injectionFlits: 16, multicast: true, switching: 'vct', waitForTailCredit: false,
      cycles: { route: 1, vcAllocate: 1, switchAllocate: 1, traverse: 1, link: 1, credit: 1 } },
  });
});

test('mesh45 charges every event kind as the reference table does', () => {
  expect(eachOf(load('mesh45').costs)).toEqual({
    sopBinary: 0.1, sopGraded: 0.1, sopKv: 0.1, sopQ: 0.1, mac: 0.3, partialAdd: 0.1, biasAdd: 0.1, update: 0.2, compare: 0.03, plasticRead: 3.2, plasticWrite: 6.4,
    crossing: 0, spike: 0, message: 0, packet: 0, flit: 0, ack: 0, barrier: 0, flitRouter: 1.63, linkX: 1.56, linkY: 1.56,
    weightRead: 10, weightWrite: 10, stateRead: 20, stateWrite: 20, axonRead: 20, axonWrite: 20, counterRead: 20, counterWrite: 20, tableRead: 10, tableWrite: 10,
  });
});

test('small32 differs from mesh45 where the reference says and nowhere else', () => {
  const { arch, costs } = load('small32'), base = load('mesh45');
  expect(arch).toEqual({ ...base.arch, name: 'small32',
    technology: { ...base.arch.technology, leakage: { weight: 0.17, state: 0.17 * 4, axon: 0.17 * 8, counter: 0.17 * 2, table: 0.17 * 2, router: 12.34 } },
    mesh: { ...base.arch.mesh, width: 16, height: 16 },
    core: { ...base.arch.core, axons: 32, neurons: 32, payloadBits: 1 },
    memories: { weight: { bytes: 1024, ...word }, state: { bytes: 4096, ...word }, axon: { bytes: 8192, ...word }, counter: { bytes: 2048, ...word }, table: { bytes: 2048, ...word } },
    abilities: { ...base.arch.abilities, attend: ['kv', 'graded'], plasticity: false },
    router: { ...base.arch.router, multicast: false } });
  expect(costs).toEqual(base.costs);
});

test('small32-saturating differs from small32 in its sums only', () => {
  const { arch, costs } = load('small32-saturating'), base = load('small32');
  expect(arch).toEqual({ ...base.arch, name: 'small32-saturating', core: { ...base.arch.core, sums: 'saturating' } });
  expect(costs).toEqual(base.costs);
});

test.each(Object.keys(shippedChips))('%s names a source for every cost, time and number of its technology', (name) => {
  const { arch, costs, cited } = load(name);
  const numbers = ['technology.nanometres', 'technology.volts', 'technology.hertz', 'technology.pitchMillimetres', ...Object.keys(arch.technology.leakage).map((part) => `technology.leakage.${part}`),
    ...Object.keys(arch.timing).map((unit) => `timing.${unit}`), ...Object.keys(arch.router.cycles).map((stage) => `router.${stage}`)];
  expect([...numbers.map((key) => cited[key]), ...Object.values(costs)].filter((entry) => !entry?.source || !entry.basis)).toEqual([]);
});

test.each(Object.keys(shippedChips))('the text of %s is resolved and its hash is the SHA-256 of it', (name) => {
  const { text, hash } = load(name);
  expect(text).toMatch(new RegExp(`^chip ${name} \\{\n`));
  expect(hash).toBe(createHash('sha256').update(text).digest('hex'));
});

test('a chip file may start from a shipped chip and from a file beside it', () => {
  writeFileSync(join(folder, 'fast.chip'), 'chip fast from mesh45 { technology { clock = 0.4 GHz, source "my RTL" } }');
  writeFileSync(join(folder, 'wide.chip'), 'chip wide from fast { mesh { width = 12 } }');
  const { arch, cited } = load(join(folder, 'wide.chip'));
  expect([arch.name, arch.technology.hertz, arch.mesh.width, arch.core.axons]).toEqual(['wide', 400_000_000, 12, 256]);
  expect(cited['technology.hertz']).toEqual({ basis: 'copied', source: 'my RTL' });
});
