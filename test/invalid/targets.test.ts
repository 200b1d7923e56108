// Every fault of a chip file on its guilty line: each line that ends in `# T....` must give exactly these faults, and no other line any.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Fault } from '../../targets/contract/fault.ts';
import { checkMesh } from '../../targets/language/mesh.ts';
import { readTarget } from '../../targets/language/read.ts';
import { loadTarget } from '../../targets/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'synfire-invalid-'));
afterAll(() => rmSync(folder, { recursive: true }));
const base = loadTarget('mesh45');
const chips: Readonly<Record<string, string>> = { mesh45: base.ok ? base.value.text : '', loop: 'chip loop from mine { }', ring: 'chip ring from other { }', other: 'chip other from ring { }' };
const faultsOf = (text: string): readonly Fault[] => {
  const outcome = readTarget(text, 'mine.chip', (name) => chips[name], ['mesh45', 'small32']);
  return outcome.ok ? [] : outcome.faults;
};

const cases: Readonly<Record<string, string>> = {
  'a character of no token': `chip mine from mesh45 {
    core { axons = 256 @ }  # T1001
  }`,
  'a text without its closing quote': `chip mine from mesh45 {
    core { axons = 256, source "ours   # T1002
    }
  }`,
  'a missing sign': `chip mine from mesh45 {
    core { axons 256 }  # T1003
    mesh { width = }  # T1003
  }`,
  'a misspelt section': `chip mine from mesh45 {
    corr { axons = 256 }  # T1004
  }`,
  'a misspelt key and one of another section': `chip mine from mesh45 {
    core {
      axon = 256  # T1005
      voltage = 1 V  # T1005
    }
  }`,
  'a key given twice, in one section or in two': `chip mine from mesh45 {
    core { axons = 256 neurons = 256
      axons = 128  # T1006
    }
    core { neurons = 128 }  # T1006
  }`,
  'a wrong unit, a missing one and one too many': `chip mine from mesh45 {
    technology {
      clock = 5 ns, source "s"  # T1008
      voltage = 0.9, source "s"  # T1008
      pitch = 1 mm/KiB, source "s"  # T1008
    }
    core { axons = 256 bits }  # T1008
    memories { weight = 64 KB }  # T1008
    timing { row = 4 pJ, source "s" }  # T1008
    leakage { weight = 1 mW/mm, source "s" }  # T1008
    costs {
      update = 1 pJ/mm, source "s"  # T1008
      spike = 1 cycle, source "s"  # T1008
    }
    mesh { io = 3 mm }  # T1008
  }`,
  'a value of another form': `chip mine from mesh45 {
    core {
      axons = many  # T1009
      neurons = 1, 2  # T1009
      sums = 5  # T1009
    }
    mesh { deadCores = 3 to 4  # T1009
      deadLinks = 3, 4  # T1009 T1009
    }
    abilities { attend = 7 }  # T1009
  }`,
  'a word that is none of the choices': `chip mine from mesh45 {
    core { sums = exakt }  # T1010
    abilities { attend = kv, vk  # T1010
      currents = true  # T1010
    }
  }`,
  'a part of something whole': `chip mine from mesh45 {
    core { axons = 25.5  # T1011
      weightBits = 7.5 bits }  # T1011
    memories { weight = 0.3 KiB }  # T1011
    timing { row = 1.5 cycles, source "s" }  # T1011
    mesh { deadCores = 1.5 }  # T1011
  }`,
  'a number out of range': `chip mine from mesh45 {
    core { axons = 0  # T1012
      weightBits = 9 bits  # T1012
      accumulatorBits = -24 bits }  # T1012
    technology { clock = 1e999 MHz, source "s" }  # T1012
    costs { update = 1e99999999999999999999999 pJ, source "s" }  # T1012
    timing { emit = 0 cycles, source "s" }  # T1012
  }`,
  'a cost, a time and a number of the technology without a source': `chip mine from mesh45 {
    technology { clock = 100 MHz }  # T1013
    timing { row = 4 cycles }  # T1013
    router { link = 2 cycles }  # T1013
    leakage { router = 1 mW }  # T1013
    costs { sopBinary = 1 pJ, source " " }  # T1013
  }`,
  'an unknown base': `
    chip mine from mesh46 { core { axons = 0 } }  # T1014 T1012`,
  'a chip that starts from itself': `
    chip mine from mine { }  # T1015`,
  'a time between two cycles': `chip mine from mesh45 {
    timing { row = 7 ns, source "s" }  # T1016
  }`,
  'a mesh of too many tiles': `chip mine from mesh45 { mesh {
    width = 300  # T1017
    height = 250
  } }`,
  'buffers of the whole mesh beyond any memory': `chip mine from mesh45 {
    router { bufferFlits = 1024 virtualChannels = 32 }
    mesh { width = 128
      height = 200 }  # T1019
  }`,
  'a buffer that holds no packet': `chip mine from mesh45 {
    router { bufferFlits = 1 }  # T1020
  }`,
  'a buffer too small for the header of narrow flits': `chip mine from mesh45 {
    router { flitBits = 8 bits
      bufferFlits = 4 }  # T1020
  }`,
  'tiles outside the mesh': `chip mine from mesh45 { mesh {
    io = 64  # T1021
    deadCores = 3, 99  # T1021
    deadLinks = 63 to 71  # T1021
  } }`,
  'a dead io tile': `chip mine from mesh45 { mesh {
    deadCores = 5, 0  # T1022
  } }`,
  'links between tiles that are not neighbours': `chip mine from mesh45 { mesh {
    deadLinks = 7 to 8, 0 to 8, 1 to 3  # T1023 T1023
  } }`,
  'things listed twice': `chip mine from mesh45 { mesh {
    deadCores = 3, 4, 3  # T1024
    deadLinks = 3 to 4, 4 to 3 }  # T1024
    abilities { attend = kv, kv }  # T1024
  }`,
};

test.each(Object.entries(cases))('%s is refused on its line', (_, text) => {
  const wanted = text.split('\n').flatMap((line, i) => (line.split('# ')[1]?.match(/T\d{4}/g) ?? []).map((code) => `${i + 1} ${code}`));
  const came = faultsOf(text).map(({ code, at }) => `${at?.in === 'text' ? at.line : '-'} ${code}`);
  expect(came.sort()).toEqual(wanted.sort());
});

test('a circle over another chip is refused in the file that closes it', () => {
  expect(faultsOf('chip mine from loop { }')).toMatchObject([{ code: 'T1015', message: expect.stringContaining('mine from loop from mine'), at: { file: 'loop.chip', line: 1, column: 16 } }]);
  expect(faultsOf('chip mine from ring { }')).toMatchObject([{ code: 'T1015', message: expect.stringContaining('mine from ring from other from ring'), at: { file: 'other.chip' } }]);
});

test('missing keys are named section by section, at the section where there is one', () => {
  const text = base.ok ? base.value.text.replace(/ +axons = .*\n/, '').replace(/ +neurons = .*\n/, '').replace(/ {2}timing \{[^}]*\}\n/, '') : '';
  const line = text.split('\n').findIndex((each) => each.startsWith('  core {')) + 1;
  expect(faultsOf(text)).toMatchObject([
    { code: 'T1007', message: expect.stringContaining('`timing` lacks `row`, `mac`, `update`'), at: { line: 1, column: 6 } },
    { code: 'T1007', message: 'section `core` lacks `axons`, `neurons`', at: { line, column: 3 } },
  ]);
});

test('a fault shows file, line, column, the line itself with a caret, and what to type', () => {
  expect(faultsOf('chip mine from mesh45 {\n\tcore { axns = 3 }\n}')).toEqual([{ code: 'T1005', severity: 'error', message: 'section `core` has no key `axns`', hint: 'did you mean `axons`?',
    at: { in: 'text', file: 'mine.chip', line: 2, column: 9, excerpt: '\tcore { axns = 3 }\n\t       ^' } }]);
});

test('an excerpt of an endless line is short and its caret stands under the guilty character', () => {
  const [{ at }] = faultsOf(`chip mine from mesh45 { core { ${'axons = 256 '.padEnd(5000)} axns = 3 ${''.padEnd(5000)} } }`);
  const [line, caret] = at?.in === 'text' ? at.excerpt!.split('\n') : [];
  expect(line.length).toBeLessThanOrEqual(160);
  expect(line.slice(caret.length - 1)).toMatch(/^axns = 3/);
});

test('faults of one file come in the order of its lines', () => {
  const lines = faultsOf('chip mine from mesh45 {\n mesh { width = 1.5 }\n core { axns = 3 }\n cor { }\n core { sums = 3 @ }\n}').map(({ at }) => (at?.in === 'text' ? at.line : 0));
  expect(lines).toEqual([2, 3, 4, 5, 5]);
});

test('files of garbage give a bounded number of faults and no exception', () => {
  for (const [start, unit] of [['', '@ '], ['chip a { core { ', 'x = = '], ['chip a { ', '1,'],
    ['chip a { core { ', 'axons = 1 '], ['chip a { ', '"\n'], ['', 'chip a { b { '], ['chip a { mesh { deadCores = ', '1, '], ['chip a { ', 'a { 1 } '], ['', 'x y "']]) {
    const faults = faultsOf(start + unit.repeat(20_000));
    expect([start, unit, faults.length, faults.slice(100).map(({ code }) => code)]).toEqual([start, unit, expect.any(Number), faults.length === 101 ? ['T1028'] : []]);
    expect(faults.length).toBeGreaterThan(0);
  }
  expect(faultsOf('@ '.repeat(200))).toHaveLength(101);
});

test('a text longer than any chip is refused unread', () => {
  expect(faultsOf('#'.repeat(300_000)).map(({ code }) => code)).toEqual(['T1025']);
});

test('files that are not there, are no files or are too large are refused', () => {
  const large = join(folder, 'large.chip');
  writeFileSync(large, ' '.repeat(1 << 21));
  const codes = (name: string): readonly string[] => {
    const target = loadTarget(name);
    return target.ok ? [] : target.faults.map(({ code, hint }) => `${code} ${hint}`);
  };
  expect(codes(join(folder, 'absent.chip'))[0]).toMatch(/^T1026/);
  expect(codes(folder)[0]).toMatch(/^T1026/);
  expect(codes('a\0.chip')[0]).toMatch(/^T1026/);
  expect(codes(large)[0]).toMatch(/^T1025/);
  expect(codes('mesh54')).toEqual(['T1027 did you mean `mesh45`?']);
  expect(codes('constructor')[0]).toMatch(/^T1027/);
});

test('every code of the catalogue has its case here, and codes are sorted and used once', () => {
  const catalogue = readFileSync(join(import.meta.dirname, '../../targets/language/faults.ts'), 'utf8').match(/'T\d{4}'/g)!.map((code) => code.slice(1, -1));
  expect(catalogue).toEqual([...new Set(catalogue)].sort());
  const here = new Set(readFileSync(import.meta.filename, 'utf8').match(/T1\d{3}/g));
  expect(catalogue.filter((code) => !here.has(code))).toEqual([]);
  expect(base.ok && checkMesh(base.value, 0, 1)).toMatchObject([{ code: 'T1018', at: { in: 'option' } }]);
});
