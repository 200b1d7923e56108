// Chip text <-> Target: units, inheritance, round trip, and the help text of the same table.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Target } from '../../targets/contract/arch.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { chipKinds } from '../../targets/contract/ledger.ts';
import { describeKeys } from '../../targets/language/describe.ts';
import type { Path } from '../../targets/language/keys.ts';
import { keys, paths, sectionOf, wordOf } from '../../targets/language/keys.ts';
import { checkMesh, withMesh } from '../../targets/language/mesh.ts';
import { printTarget } from '../../targets/language/print.ts';
import { readTarget } from '../../targets/language/read.ts';
import { loadTarget } from '../../targets/load.ts';

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.faults.map(({ code, message }) => `${code} ${message}`).join('\n'));
  return outcome.value;
}
const mesh45 = value(loadTarget('mesh45')), small32 = value(loadTarget('small32'));
const shippedText = `chip mesh45 from resolved { leakage { weight = 0.17 mW/KiB, source "s" } costs { linkX = 1.56 pJ/mm, source "s" } timing { row = 20 ns, source "s" } }`;
const chips: Readonly<Record<string, string>> = { resolved: mesh45.text, mesh45: shippedText };
const read = (text: string): Target => value(readTarget(text, 'mine.chip', (name) => chips[name]));
const mine = (body: string): Target => read(`chip mine from mesh45 { ${body} }`);
const never = (name: string): never => { throw new Error(`asked for ${name}`); };

test('three numbers of mesh45 change and the rest stays', () => {
  const target = mine('technology { clock = 400 MHz, measured "my RTL" } core { axons = 512 } costs { sopBinary = 50 fJ, synthesised "my RTL" }');
  expect(target.arch).toEqual({ ...mesh45.arch, name: 'mine', technology: { ...mesh45.arch.technology, hertz: 4e8 }, core: { ...mesh45.arch.core, axons: 512 },
    timing: { ...mesh45.arch.timing, row: 8 } });  // 20 ns at twice the clock
  expect(target.costs.sopBinary).toEqual({ each: 0.05, basis: 'synthesised', source: 'my RTL' });
  expect(target.cited['technology.hertz']).toEqual({ basis: 'measured', source: 'my RTL' });
});

test('an overridden number does not keep the source of the number that it replaces', () => {
  expect(mesh45.cited['core.axons']).toBeDefined();
  expect(mine('core { axons = 512 }').cited['core.axons']).toBeUndefined();
});

test.each<readonly [string, (target: Target) => number, number]>([
  ['technology { clock = 0.25 GHz, source "s" }', ({ arch }) => arch.technology.hertz, 250_000_000],
  ['technology { clock = 333333.333 kHz, source "s" } timing { row = 7 cycles, source "s" }', ({ arch }) => arch.technology.hertz, 333_333_333],
  ['technology { pitch = 700 um, source "s" }', ({ arch }) => arch.technology.pitchMillimetres, 0.7],
  ['technology { voltage = 750 mV, source "s" }', ({ arch }) => arch.technology.volts, 0.75],
  ['technology { node = 0.18 um, source "s" }', ({ arch }) => arch.technology.nanometres, 180],
  ['leakage { router = 5 uW, source "s" }', ({ arch }) => arch.technology.leakage.router, 0.005],
  ['memories { weight = 1.5 KiB }', ({ arch }) => arch.memories.weight.bytes, 1536],
  ['memories { weight = 2 MiB }', ({ arch }) => arch.memories.weight.bytes, 2 ** 21],
  ['memories { weight = 128 KiB }', ({ arch }) => arch.technology.leakage.weight, 0.17 * 128],
  ['technology { pitch = 0.5 mm, source "s" }', ({ costs }) => costs.linkX.each, 0.78],
  ['technology { pitch = 0.5 mm, source "s" }', ({ costs }) => costs.linkY.each, 1.56],
  ['costs { linkY = 2 fJ/um, source "s" }', ({ costs }) => costs.linkY.each, 2],
  ['costs { update = 3e-3nJ, source "s" }', ({ costs }) => costs.update.each, 3],
  ['costs { update = -0 pJ, source "s" }', ({ costs }) => costs.update.each, 0],
  ['timing { update = 35 ns, source "s" }', ({ arch }) => arch.timing.update, 7],
  ['timing { update = 0.1 us, source "s" }', ({ arch }) => arch.timing.update, 20],
])('%s means what its unit says', (body, pick, expected) => {
  expect(pick(mine(body))).toBe(expected);
});

test('a time is a number of cycles of the clock of the chip that inherits it', () => {
  expect(mine('technology { clock = 1 GHz, source "s" }').arch.timing.row).toBe(20);
});

test('lists, words and empty lists are read and printed alike', () => {
  const target = mine('mesh { deadCores = 9, 12  deadLinks = 3 to 4, 15 to 7  sync = barrier } abilities { attend = none currents = no }');
  expect([target.arch.mesh.deadCores, target.arch.mesh.deadLinks, target.arch.mesh.sync]).toEqual([[9, 12], [[3, 4], [15, 7]], 'barrier']);
  expect([target.arch.abilities.attend, target.arch.abilities.currents]).toEqual([[], false]);
  expect(read(target.text)).toEqual(target);
});

test('a source keeps its quotes and backslashes', () => {
  const target = mine(String.raw`core { axons = 300, ours "a \"b\" c:\\d # no comment" }`);
  expect(target.cited['core.axons']).toEqual({ basis: 'ours', source: String.raw`a "b" c:\d # no comment` });
  expect(read(target.text)).toEqual(target);
});

test('comments, line ends and the order of sections do not change a chip', () => {
  const body = ['core { axons = 300 # rows', '}', 'mesh { width = 9 }'];
  const other = ['mesh {', '# wide', 'width', '= 9 }', 'core { axons = 300 }'];
  expect(mine(`\n${body.join('\n')}\n`).hash).toBe(mine(`\r\n${other.join('\r\n')}\r\n`).hash);
});

/** Keys whose values no other key restricts, with a random value in the unit that Arch holds. */
const storedUnit: Readonly<Record<string, string>> = { count: '', bits: 'bits', bytes: 'B', cycles: 'cycles', frequency: 'Hz', length: 'mm', node: 'nm', voltage: 'V', power: 'mW', energy: 'pJ' };
const free = paths.filter((path) => keys[path].holds === 'quantity' && !/^mesh|router\.(flitBits|virtualChannels|bufferFlits|injectionFlits)/.test(path) && path !== 'technology.hertz');
const edit = fc.constantFrom<Path>(...free).chain((path) => {
  const key = keys[path];
  if (key.holds !== 'quantity') throw new Error(`${path} is no quantity`);
  const [min, max] = key.range, whole = ['count', 'bits', 'bytes', 'cycles'].includes(key.dimension);
  return (whole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true })).map((number) => ({ path, number: number + 0, text: `${wordOf(key.at)} = ${number} ${storedUnit[key.dimension]}, source "s"` }));
});
const edits = fc.uniqueArray(edit, { selector: ({ path }) => path, minLength: 1, maxLength: 12 });
const clock = fc.double({ min: 1e3, max: 1e11, noNaN: true });
const at = (target: Target, path: string): number => (path.startsWith('costs.') ? target.costs[path.slice(6) as keyof Target['costs']].each
  : path.split('.').reduce<unknown>((node, name) => (node as Readonly<Record<string, unknown>>)[name], target.arch) as number);

test('any numbers are read to the bit, and a printed target reads back to an equal target', () => {
  fc.assert(fc.property(edits, clock, (changes, hertz) => {
    const body = [...changes.map(({ path, text }) => `${sectionOf(keys[path].at)} { ${text} }`), `technology { clock = ${hertz} Hz, source "s" }`].join('\n');
    const target = read(`chip mine from resolved { ${body} }`);
    for (const { path, number } of changes) expect(at(target, path)).toBe(number);
    expect(target.arch.technology.hertz).toBe(hertz);
    const again = value(readTarget(target.text, 'again.chip', never));
    expect(again).toEqual(target);
    expect(printTarget(again)).toBe(target.text);
  }), { seed: 45, numRuns: 200 });
});

test('every key and every event kind stands in the help text', () => {
  const help = describeKeys();
  expect(paths.filter((path) => !new RegExp(`^  ${wordOf(keys[path].at)} `, 'm').test(help))).toEqual([]);
  expect(chipKinds.filter((kind) => !paths.includes(`costs.${kind}`))).toEqual([]);
});

test('a larger mesh changes the mesh, its text and its hash, and nothing else', () => {
  const large = withMesh(mesh45, 32, 20);
  expect(large.arch).toEqual({ ...mesh45.arch, mesh: { ...mesh45.arch.mesh, width: 32, height: 20 } });
  expect(large.costs).toEqual(mesh45.costs);
  expect(large.hash).not.toBe(mesh45.hash);
  expect(value(readTarget(large.text, 'large.chip', never))).toEqual(large);
  expect(withMesh(large, 8, 8).arch).toEqual(mesh45.arch);
});

test('a mesh of the same size leaves the target as it is', () => {
  expect(withMesh(small32, 16, 16)).toEqual(small32);
});

test('dead tiles and links keep their places in another mesh, and those outside it are gone', () => {
  const target = mine('mesh { io = 9  deadCores = 10, 63, 57, 15  deadLinks = 8 to 16, 62 to 63 }');  // x, y: (1,1); (2,1), (7,7), (1,7), (7,1); (0,1)-(0,2)
  const { mesh } = withMesh(target, 5, 6).arch;
  expect(mesh).toEqual({ width: 5, height: 6, sync: 'dataflow', io: 6, deadCores: [7], deadLinks: [[5, 10]] });
});

test('a mesh that cannot be is refused with its reason, and making it all the same throws', () => {
  const codes = (width: number, height: number): readonly string[] => checkMesh(mine('mesh { io = 9 }'), width, height).map(({ code }) => code);
  expect([codes(300, 300), codes(0, 4), codes(2.5, 4), codes(NaN, 4), codes(1, 64), codes(9, 8)]).toEqual([['T1017'], ['T1018'], ['T1018'], ['T1018'], ['T1021'], []]);
  expect(() => withMesh(mesh45, 300, 300)).toThrow(RangeError);
});
