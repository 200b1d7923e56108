// Texts with mistakes: one file per fault code, the expected codes on the guilty lines.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../targets/contract/fault.ts';
import { parseGraph, parseNetwork } from '../../compiler/text/parse-graph.ts';

const folder = new URL('invalid/', import.meta.url), files = readdirSync(folder).sort();
const head = 'graph "g" steps 2 {\n  image = source() {coding = direct, grid = 2x2, channels = 1, domain = integer};\n';
const faultsOf = (text: string): readonly Fault[] => {
  const read = parseGraph(text, 'wrong.syn');
  return read.ok ? [] : read.faults;
};
/** Texts that are networks, by the codes that only networks have; one was given no checkpoint. */
const tensor = (...shape: readonly number[]) => ({ shape, data: new Float64Array(shape.reduce((size, n) => size * n, 1)) });
const stored = new Map([['head.weight', tensor(3, 2)], ...['weight', 'bias', 'running_mean', 'running_var'].map((end) => [`bn.${end}`, tensor(2)] as const)]);
const networkFaults = (text: string, file: string): readonly Fault[] => {
  const read = file < 'C5034' ? parseGraph(text, file) : parseNetwork(text, file, { stored: file === 'C5034.syn' ? undefined : stored, encoders: ['poisson'] });
  return read.ok ? [] : read.faults;
};
const lineOf = ({ at }: Fault): number => (at?.in === 'text' ? at.line : 0);
const only = (text: string): Fault => {
  const faults = faultsOf(text);
  expect(faults.map(({ code }) => code)).toHaveLength(1);
  return faults[0];
};

describe('a text with mistakes', () => {
  it.each(files)('%s: has exactly the marked faults, in the marked lines', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const marked = text.split('\n').flatMap((line, i) => (/ # (C\d{4}(?: C\d{4})*)/.exec(line)?.[1].split(' ') ?? []).map((code) => `${i + 1} ${code}`));
    expect(networkFaults(text, file).map((fault) => `${lineOf(fault)} ${fault.code}`).sort()).toEqual(marked.sort());
    expect(marked.some((mark) => mark.endsWith(file.slice(0, 5)))).toBe(true);
  });

  it('has a file, or a test below, for every code of the catalogue', () => {
    const codes = [...readFileSync(new URL('../../compiler/text/faults.ts', import.meta.url), 'utf8').matchAll(/'(C\d{4})'/g)].map(([, code]) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).toEqual([...codes].sort());
    expect(codes.filter((code) => !files.includes(`${code}.syn`))).toEqual(['C5001', 'C5032', 'C5042']);
  });

  it('is shown with line, column, its line and a caret under the column', () => {
    expect(only(`${head}\tagain = repaet(image);\n}`)).toEqual({ code: 'C5011', severity: 'error', message: 'there is no operator `repaet`', hint: 'did you mean `repeat`?',
      at: { in: 'text', file: 'wrong.syn', line: 3, column: 10, excerpt: '\tagain = repaet(image);\n\t        ^' } });
  });

  it('is shown with line ends of Windows as with those of Unix', () => {
    expect(only(`${head}  again = repaet(image);\n}`.replaceAll('\n', '\r\n')).at).toEqual({ in: 'text', file: 'wrong.syn', line: 3, column: 11, excerpt: '  again = repaet(image);\n          ^' });
  });

  it('is shown in a piece of its line where the line holds a long constant', () => {
    const { at } = only(`${head}  a = conv(image) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 3000] "${'A'.repeat(32_000)}" : real current 2x2x3000 once [0, 1];\n}`);
    if (at?.in !== 'text') throw new Error('no place');
    const [line, caret] = (at.excerpt ?? '').split('\n');
    expect(line.length).toBeLessThanOrEqual(160);
    expect(line.slice(caret.length - 1)).toMatch(/^real current/);
    expect(at.column).toBe(32_000 + 87);
  });

  it.each([
    ['image = sorce() {}', 'did you mean `source`?'], ['a = repeat(iamge)', 'did you mean `image`?'], ['a = source() {chanels = 1}', 'did you mean `channels`?'],
    ['a = conv(image) {window = 1x1, stride = 1x1, padding = 0x0} wegiht = [1, 1] (1)', 'did you mean `weight`?'], ['a = repeat(image) : integer pixle 2x2x1 step [0, 255]', 'did you mean `pixel`?'],
  ])('%s: is answered with what was probably meant', (statement, hint) => {
    expect(faultsOf(`${head}  ${statement};\n}`).some((fault) => fault.hint === hint)).toBe(true);
  });

  it('is told what was wanted and what came', () => {
    const messages = faultsOf(`${head}  a = conv(image) {window = 1x1 stride = 1x1};\n  b = repeat image;\n  c = repeat(image) : integer pixel [0];\n  d = repeat(image) weight = [1] 3;\n  e = repeat(image) : integer pixel 2x2x1 step [0, 255, 3];\n}`).map(({ message }) => message);
    expect(messages).toEqual(['wanted `,` or `}`, came `stride`', 'wanted `(`, came `image`', 'wanted sizes such as `3x3`, came `[`', 'wanted a text in double quotes, `(`, `fill` or `in`, came `3`', 'wanted `]`, came `,`']);
  });

  it('does not blame the readers of a refused node', () => {
    expect(faultsOf(`${head}  a = repaet(image);\n  b = conv(a) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 1] (1);\n  c = lif(b) {keep = 1x2, reset = zero, fires = at-least} threshold = [1] (1);\n  output "o" = c;\n}`).map(({ code }) => code)).toEqual(['C5011']);
    expect(faultsOf(`${head}  a = repeat(image;\n  b = conv(a) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 1] (1);\n  output "o" = b;\n}`).map(({ code }) => code)).toEqual(['C5004']);
  });
});

describe('a hostile text', () => {
  it.each([
    ['semicolons', ';'.repeat(2 ** 21 - 20)], ['quotes', '"'.repeat(2 ** 20)], ['a name of a million letters', `${head} a = ${'x'.repeat(2 ** 20)}(image);}`], ['strays', '@ '.repeat(2 ** 19)],
    ['half statements', `graph a steps 4 {${'x=a(;'.repeat(2 ** 18)}`], ['unknown operators', `graph a steps 4 {${'x = lfi(a);\n'.repeat(2 ** 16)}}`], ['a million inputs', `${head} a = repeat(${'image,'.repeat(2 ** 18)}image);}`],
    ['brackets', '((('.repeat(2 ** 18)], ['braces', '{'.repeat(2 ** 20)], ['open texts', '"\n'.repeat(2 ** 19)], ['backslashes', `${head}"${'\\'.repeat(2 ** 20)}`], ['nothing', ''],
  ])('of %s is refused with few faults', (_, text) => {
    const faults = faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(101);
    expect(faults.every(({ message, hint, at }) => message.length + (hint?.length ?? 0) < 600 && at?.in === 'text' && (at.excerpt?.length ?? 0) < 400)).toBe(true);
  });

  it('ends with C5032 after a hundred faults', () => {
    const faults = faultsOf(`${head}${'a = repaet(image);\n'.repeat(150)}}`);
    expect(faults).toHaveLength(101);
    expect(faults[100].code).toBe('C5032');
  });

  it('is refused by its size before it is read (C5001), quoted constants aside', () => {
    expect(only(`${head}}${' '.repeat(2 ** 21)}`).code).toBe('C5001');
    expect(only(`${head}# "${'A'.repeat(2 ** 21)}"\nx}`).code).toBe('C5004');
  });
});
