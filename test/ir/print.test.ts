// How a graph is printed.
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import { printGraph, reference } from '../../compiler/ir/print.ts';
import { affine, ops, source } from '../../compiler/ops/index.ts';

const builder = new GraphBuilder('a "graph"', 3, ops);
const image = builder.add(source, 'the image', [], { coding: 'direct', grid: [2, 3], channels: 1, domain: 'real' });
builder.output('out', builder.add(affine, 'x.0', [image], {}, { scale: { shape: [1], data: Float64Array.of(0.5) } }));
builder.probe('p', 1, 'S N C');
const printed = (constant: string) => `graph "a \\"graph\\"" steps 3 {
  "the image" = source() {coding = direct, grid = 2x3, channels = 1, domain = real} : real pixel 2x3x1 once [0, 255];
  x.0 = affine("the image") scale = [1] ${constant} : real current 2x3x1 once [-inf, inf];
  output "out" = x.0;
  probe "p" = x.0 axes "S N C";
}
`;

it.each([['whole', '"AAAAAAAA4D8="'], ['listed', '(0.5)'], ['short', 'in [0.5, 0.5]']] as const)('prints constants %s', (constants, text) => {
  expect(printGraph(builder.graph(), { constants })).toBe(printed(text));
});
it('quotes a name that is no word, or a word of the language', () => {
  expect(['block.0.lif', '_x', 'a-b', '0', '', 'graph', 'fill', 'in', 'inf', 'grapha'].map(reference)).toEqual(['block.0.lif', '_x', '"a-b"', '"0"', '""', '"graph"', '"fill"', '"in"', '"inf"', 'grapha']);
});
