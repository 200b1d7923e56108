// The table of neurons: passes ask it, and name no neuron themselves.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { neurons } from '../../compiler/passes/neurons/index.ts';
import { ops } from '../../compiler/ops/index.ts';

const passes = new URL('../../compiler/passes/', import.meta.url), kinds = Object.keys(neurons) as (keyof typeof neurons)[];
const nameOf = (kind: string) => kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

test('no pass imports a neuron, but the one whose theorem is about a single neuron', () => {
  const files = readdirSync(passes).filter((file) => file.endsWith('.ts')), named = files.filter((file) => {
    const imported = [...readFileSync(new URL(file, passes), 'utf8').matchAll(/import (?:type )?\{([^}]*)\} from '\.\.\/ops\//g)].flatMap(([, names]) => names.split(',').map((name) => name.trim().replace(/ as .*/, '')));
    return kinds.some((kind) => imported.includes(nameOf(kind)));
  });
  expect(named).toEqual(['half-threshold.ts']);
});

test('every row is an operator of the chip, and names parameters that this operator has', () => {
  for (const kind of kinds) {
    const row = neurons[kind];
    expect(ops[kind].form, kind).toBe('chip');
    for (const name of row.limited ?? []) expect(Object.keys(ops[kind].params), kind).toContain(name);
  }
});

test('what reads parts of a concatenation can pick the parameters of some channels', () => {
  const apart = kinds.filter((kind) => neurons[kind].readsApart);
  expect(apart.length).toBeGreaterThan(0);
  expect(apart.filter((kind) => !('pick' in ops[kind]))).toEqual([]);
});

test('what eases its widths declares them', () => {
  expect(kinds.filter((kind) => neurons[kind].eases && !neurons[kind].widths)).toEqual([]);
});
