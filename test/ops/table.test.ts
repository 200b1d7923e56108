// The table of operators as a whole.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import type { OpDef } from '../../compiler/ir/define-op.ts';
import { shapeOf } from '../../compiler/ir/types.ts';
import { ops } from '../../compiler/ops/index.ts';
import { operatorDocs } from '../../compiler/text/operator-docs.ts';
import { randomInputs, randomMixture } from '../random-graph.ts';

const defs: readonly OpDef[] = Object.values<OpDef>(ops);

it('names each row by the kind it holds', () => {
  expect(Object.keys(ops)).toEqual(defs.map(({ kind }) => kind));
});
it('gives every operator a meaning, a source and documented attributes and parameters', () => {
  for (const { kind, doc, source, attrs, params } of defs) {
    expect([doc, source, ...Object.values(attrs).map((spec) => spec.doc), ...Object.values(params).map((spec) => spec.doc)].every((text) => text.length > 2), kind).toBe(true);
  }
});
it('keeps each operator in its own file', () => {
  for (const kind of Object.keys(ops)) expect(readFileSync(new URL(`../../compiler/ops/${kind}.ts`, import.meta.url), 'utf8')).toContain(`kind: '${kind}'`);
});
it('runs every operator in every domain that it declares, to a result of the inferred shape within the inferred bounds', () => {
  const ran = new Set<string>();
  for (let seed = 0; seed < 120; seed++) {
    for (const domain of ['real', 'integer'] as const) {
      const graph = randomMixture({ seed, domain, steps: 1 + (seed % 6), grid: [1 + (seed % 5), 1 + (seed % 4)], channels: 1 + (seed % 3), nodes: 25 }), { values } = evaluate(graph, ops, randomInputs(graph, seed));
      graph.nodes.forEach((node, id) => {
        const { shape, data } = values[id], { range } = node.type;
        ran.add(`${domain} ${node.kind}`);
        expect(shape).toEqual(shapeOf(node.type, graph.steps));
        expect(data.length).toBe(shape.reduce((size, n) => size * n, 1));
        if (domain === 'integer') expect(data.every((value) => Number.isSafeInteger(value) && value >= range[0] && value <= range[1]), `seed ${seed}, ${node.kind}`).toBe(true);
      });
    }
  }
  expect([...ran].sort()).toEqual(defs.flatMap(({ kind, evaluate: domains }) => Object.keys(domains).map((domain) => `${domain} ${kind}`)).sort());
});
it('prints one row per operator, with every attribute and parameter in it', () => {
  const rows = operatorDocs().trimEnd().split('\n');
  expect(rows).toHaveLength(defs.length + 2);
  defs.forEach(({ kind, attrs, params, form, barrier, doc }, i) => {
    const cells = rows[i + 2].split(/(?<!\\)\|/).map((cell) => cell.trim());
    expect(cells).toHaveLength(10);
    expect([cells[1], cells[2], cells[6], cells[7].replaceAll('\\|', '|')]).toEqual([`\`${kind}\``, form, barrier, doc]);
    for (const name of Object.keys(attrs)) expect(cells[4]).toContain(`\`${name}\``);
    for (const name of Object.keys(params)) expect(cells[5]).toContain(`\`${name}\``);
  });
});
it('is the page that the repository shows', async () => {
  await expect(`# Operators\n\nMade from the declarations in \`compiler/ops\` by \`operatorDocs()\`; \`npm run test:bless\` writes it anew.\n\n${operatorDocs()}`)
    .toMatchFileSnapshot('../../compiler/text/operators.md');
});
