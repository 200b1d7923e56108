// The walls of the house: who may import whom, which package at which door, how long a file may be.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Who may import whom: the longest path on the left speaks for a file; its own room is always allowed. */
const contract = 'targets/contract', graph = ['compiler/ir', 'compiler/ops'];
const rooms: Readonly<Record<string, readonly string[]>> = {
  'targets/contract': [],
  'targets/language': [contract],
  targets: ['targets'],
  'compiler/ir': [],
  'compiler/ops': ['compiler/ir', 'targets/contract/host'],
  'compiler/text': [...graph, contract],
  'compiler/files': [contract],
  'compiler/frontend': [...graph, 'compiler/files', contract],
  'compiler/passes': [...graph, contract],
  'compiler/lower': [...graph, contract],
  'compiler/map': [contract],
  'compiler/emit': ['compiler/map', contract],
  'compiler/eval': graph,
  compiler: ['compiler', contract],
  'simulator/kernels': [],
  'simulator/faults.ts': [contract],
  'simulator/function': ['simulator/kernels', 'simulator/faults.ts', contract],
  'simulator/timing': ['simulator/kernels', 'simulator/faults.ts', contract],
  simulator: ['simulator', contract],
  'runtime/reference': [...graph, contract],
  'runtime/datasets': ['compiler/files', contract],
  'runtime/encode': ['runtime/datasets', contract],
  'runtime/execute': [contract],
  'runtime/energy': [contract],
  'runtime/report': ['runtime/energy', contract],
  'runtime/console': [contract],
  runtime: ['runtime', 'compiler', 'simulator', 'targets'],
  examples: ['runtime'],
};
/** Every third-party package and its doors. */
const doors: Readonly<Record<string, readonly string[]>> = {
  chevrotain: ['compiler/text', 'targets/language'], protobufjs: ['targets/contract/wire.ts'], zod: ['compiler/frontend', 'runtime/report/schema.ts', 'runtime/check/schema.ts', 'runtime/attribute/schema.ts'],
  commander: ['runtime/cli.ts'], piscina: ['runtime/execute/local.ts'], picocolors: ['runtime/console', 'runtime/report/terminal.ts', 'runtime/conform/case-text.ts'], '@tensorflow': ['runtime/reference'],
};

const root = join(import.meta.dirname, '..');
const under = (path: string, place: string) => path === place || path.startsWith(`${place}/`);
const files = [...new Set(Object.keys(rooms).map((room) => room.split('/')[0]))]
  .flatMap((top) => readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((file) => join(top, file)))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).map((file) => join('test', file)).filter((file) => file.endsWith('.ts'));
const text = (file: string) => readFileSync(join(root, file), 'utf8');
const roomOf = (file: string) => Object.keys(rooms).filter((room) => under(file, room)).sort((a, b) => b.length - a.length)[0];

/** Everything a file imports, however it is spelt: `import type`, `export * as`, import('x').T, any quotes, any lines. */
function importsOf(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const from = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier
      : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) ? node.argument.literal
      : ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require') ? node.arguments[0] : undefined;
    if (from) found.push(ts.isStringLiteralLike(from) ? from.text : 'a computed import');
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text(file), ts.ScriptTarget.Latest, true));
  return found;
}

const imports = new Map(files.map((file) => [file, importsOf(file)]));
const inside = (file: string) => imports.get(file)!.filter((specifier) => specifier.startsWith('.')).map((specifier) => join(dirname(file), specifier));
const broken = (wrong: (file: string) => readonly string[]) => files.flatMap((file) => wrong(file).map((to) => `${file} -> ${to}`));

test('every folder has a room and no room is empty', () => {
  expect(files.filter((file) => dirname(file).includes('/') && !roomOf(file).includes('/') && !under(file, 'runtime') && !under(file, 'examples'))).toEqual([]);
  expect(Object.keys(rooms).filter((room) => room.includes('/') && !files.some((file) => under(file, room)))).toEqual([]);
});

test('every import goes down, to a file that exists', () => {
  expect(broken((file) => inside(file).filter((to) => !existsSync(join(root, to)) || !/\.\w+$/.test(to)
    || !(roomOf(to) === roomOf(file) || rooms[roomOf(file)].some((allowed) => under(to, allowed)))))).toEqual([]);
});

test('the simulator and the compiler never see each other, and function and timing neither', () => {
  const meets = (from: string, to: string) => broken((file) => (under(file, from) ? inside(file).filter((target) => under(target, to)) : []));
  expect([...meets('simulator', 'compiler'), ...meets('compiler', 'simulator'), ...meets('simulator', 'runtime'), ...meets('compiler', 'runtime'),
    ...meets('simulator/function', 'simulator/timing'), ...meets('simulator/timing', 'simulator/function')]).toEqual([]);
});

test('no joule and no watt is named in the simulator', () => {
  expect(files.filter((file) => under(file, 'simulator') && /\b(pJ|mW|joules?|watts?|[Pp]icojoules?|[Mm]illiwatts?|hertz|volts)\b/.test(text(file)))).toEqual([]);
});

test('each third-party package has its declared doors', () => {
  expect(broken((file) => imports.get(file)!.filter((specifier) => !/^(\.|node:)/.test(specifier)
    && !Object.entries(doors).some(([name, at]) => under(specifier, name) && at.some((door) => under(file, door)))))).toEqual([]);
});

test('no file is over 300 lines', () => {
  expect([...files, ...tests].filter((file) => text(file).split('\n').length > 301)).toEqual([]);
});

test('every file says in its first line what lives there', () => {
  expect(files.filter((file) => !/^(#!.*\n)?\/\/ \S/.test(text(file)))).toEqual([]);
});

test('an index is a table: no functions of its own', () => {
  expect(files.filter((file) => file.endsWith('/index.ts') && /^(export )?(async )?function\b/m.test(text(file)))).toEqual([]);
});

test('no two files import each other, however far round, types counted', () => {
  const done = new Set<string>(), rings: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) { rings.push([...path.slice(path.indexOf(file)), file].join(' -> ')); return; }
    if (done.has(file) || !imports.has(file)) return;
    for (const next of inside(file)) walk(next, [...path, file]);
    done.add(file);
  };
  files.forEach((file) => walk(file, []));
  expect(rings).toEqual([]);
});

test('no any, no double cast, no silenced checker', () => {
  const stray = /: any\b|<any>|as any\b|as unknown as|@ts-(ignore|expect-error|nocheck)|eslint-disable/;
  expect(files.filter((file) => stray.test(text(file)))).toEqual([]);
});
