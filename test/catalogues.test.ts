// Every code of every fault catalogue is met by a test: a refusal that nobody has seen is a sentence that nobody has read.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..'), filesOf = (folder: string) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => join(root, folder, file));
const catalogues = ['compiler', 'runtime', 'simulator', 'targets'].flatMap(filesOf).filter((file) => file.endsWith('faults.ts'));
const codesOf = (file: string): string[] => [...readFileSync(file, 'utf8').matchAll(/'([CTSR]\d{4})'/g)].map(([, code]) => code);

it('every code of every catalogue is named by a test, and belongs to one catalogue only', () => {
  // Text files of faults are called by the code that they must be refused with.
  const tests = [...filesOf('test').map((file) => readFileSync(file, 'utf8')), ...readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })].join('\n'), all = catalogues.flatMap((file) => [...new Set(codesOf(file))]);
  expect(all.length).toBeGreaterThan(150);
  expect(all.filter((code) => !tests.includes(code))).toEqual([]);
  expect(all.filter((code, i) => all.indexOf(code) !== i)).toEqual([]);
});
