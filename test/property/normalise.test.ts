// Input normalisation: exact borders in float64, one class of correction per kind of border, and a chip that adds the right one however the map is cut.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, toInteger } from '../../compiler/pipeline.ts';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { is } from '../../compiler/ir/define-op.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph, Pair, Tensor } from '../../compiler/ir/types.ts';
import { lower } from '../../compiler/lower/lower.ts';
import { affine, conv, lif, ops, readout, repeat, source } from '../../compiler/ops/index.ts';
import type { SlideAttrs } from '../../compiler/ops/slide.ts';
import { slidGrid } from '../../compiler/ops/slide.ts';
import { foldInput } from '../../compiler/passes/fold-input.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import type { Program, Synapse } from '../../targets/contract/program.ts';
import { valueOf } from '../conformance/outcome.ts';
import type { Random } from '../random.ts';
import { randomFrom } from '../random.ts';
import { altered, expectChip, shipped } from './chip-under-test.ts';

const tensor = (shape: readonly number[], make: (i: number) => number): Tensor => ({ shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => make(i)) });
/** The usual constants of image sets: mean and deviation per channel, a pixel over 255. */
const normalisation = (random: Random, channels: number) => {
  const std = Array.from({ length: channels }, () => 0.2 + random.unit() * 0.2), mean = std.map(() => 0.3 + random.unit() * 0.4);
  return { scale: tensor([channels], (c) => 1 / 255 / std[c]), shift: tensor([channels], (c) => -mean[c] / std[c]) };
};

type Shape = Readonly<{ seed: number; grid: Pair; channels: number; columns: number; window: Pair; stride: Pair; padding: Pair; bias: boolean }>;
const side = (max: number, min = 1) => fc.integer({ min, max });
const shapes: fc.Arbitrary<Shape> = fc.record({ seed: fc.nat(), grid: fc.tuple(side(9), side(9)), channels: side(3), columns: side(7), window: fc.tuple(side(5), side(5)),
  stride: fc.tuple(side(2), side(2)),
  padding: fc.tuple(side(4, 0), side(4, 0)), bias: fc.boolean() }).filter(({ grid, ...slide }) => typeof slidGrid(grid, slide) !== 'string');

/** Pixels, normalised and repeated, into one convolution, a neuron and a small head. */
function network({ seed, grid, channels, columns, bias, ...slide }: Shape): Graph {
  const random = randomFrom(seed), builder = new GraphBuilder('normalised', 3, ops), rows = slide.window[0] * slide.window[1] * channels;
  const image = builder.add(source, 'input', [], { coding: 'direct', grid, channels, domain: 'real' });
  const pixels = builder.add(repeat, 'again', [builder.add(affine, 'normalise', [image], {}, normalisation(random, channels))], {});
  const current = builder.add(conv, 'conv', [pixels], slide satisfies SlideAttrs, { weight: tensor([rows, columns], () => random.unit() - 0.5),
    ...(bias ? { bias: tensor([columns], () => random.unit() - 0.5) } : {}) });
  const spikes = builder.add(lif, 'lif', [current], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: tensor([1], () => 1) });
  builder.probe('lif', spikes, 'S T N C');
  const head = builder.add(conv, 'head', [spikes], { window: [1, 1], stride: [1, 1], padding: [0, 0] }, { weight: tensor([columns, 2], () => random.unit() - 0.5) });
  builder.output('logits', builder.add(readout, 'logits', [head], { scale: 1 }));
  return builder.graph();
}
const pixelsOf = ({ grid, channels, seed }: Shape): Map<string, Uint8Array> => { const random = randomFrom(seed + 1);
  return new Map([['input', Uint8Array.from({ length: grid[0] * grid[1] * channels }, () => random.whole(0, 255))]]); };
const valuesOf = (graph: Graph, inputs: ReadonlyMap<string, Uint8Array>, name: string): Float64Array =>
  evaluate(graph, ops, inputs).values[graph.nodes.findIndex((node) => node.name === name)].data;
const layerOf = (graph: Graph) => { const node = graph.nodes.find(({ name }) => name === 'conv')!; if (!is(node, conv)) throw new Error('no convolution'); return node; };

const square: Shape = { seed: 9, grid: [7, 6], channels: 3, columns: 5, window: [3, 3], stride: [1, 1], padding: [1, 1], bias: true };

describe('input normalisation folded into the first convolution', () => {
  it('gives the same currents at every position, the border included, whatever window, stride and padding', () => {
    let corrected = 0;
    fc.assert(fc.property(shapes, (shape) => {
      const real = network(shape), inputs = pixelsOf(shape), { graph, faults } = runPasses(real, [foldInput], defaultPassOptions);
      expect(faults).toEqual([]);
      expect(graph.nodes.some((node) => is(node, affine))).toBe(false);
      const wanted = valuesOf(real, inputs, 'conv'), came = valuesOf(graph, inputs, 'conv');
      expect(Math.max(...wanted.map((value, i) => Math.abs(value - came[i])))).toBeLessThan(1e-9);
      corrected += Number(layerOf(graph).params.border !== undefined);
    }), { seed: 31, numRuns: 150 });
    expect(corrected).toBeGreaterThan(60);
  });

  it('is not exact without the border, so that the test above can fail', () => {
    const real = network(square), { graph } = runPasses(real, [foldInput], defaultPassOptions), inputs = pixelsOf(square);
    const bare = { ...graph, nodes: graph.nodes.map((node) => { const { border: _, ...params } = node.params; return { ...node, params }; }) };
    const wanted = valuesOf(real, inputs, 'conv'), came = valuesOf(bare, inputs, 'conv'), off = wanted.map((value, i) => Math.abs(value - came[i]));
    expect(Math.max(...off)).toBeGreaterThan(0.1);
    expect(Math.max(...off.filter((_, i) => Math.floor(i / 5) === 8))).toBeLessThan(1e-9);  // position (1, 2) lies inside
  });

  it('has nine classes of correction for a 3 x 3 window, one of them nothing, and the interior bias everywhere', () => {
    const { integer } = valueOf(toInteger(network(square), { scale: 'max', bits: 8 }, shipped('mesh45').arch)), plan = lower(integer, shipped('mesh45').arch, 'unary').plan;
    const { border } = plan.stages.find((stage): stage is Synapse => stage.kind === 'synapse' && stage.border !== undefined)!;
    expect(border!.sums.length).toBe(9 * 5);
    expect([0, 1, 5, 6, 7, 11, 36, 37, 41].map((position) => border!.classes[position]).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...border!.sums.subarray(border!.classes[8] * 5, border!.classes[8] * 5 + 5)]).toEqual([0, 0, 0, 0, 0]);
    expect(new Set([7, 8, 13, 28].map((position) => border!.classes[position])).size).toBe(1);
  });
});

/** Compiles for a chip and expects the run to be the integer graph's. */
function onChip(shape: Shape, target = shipped('mesh45')): Program {
  const graph = network(shape), { program, integer } = valueOf(compile({ graph, hash: 'normalised', classes: ['a', 'b'] }, target,
    { residual: 'auto', scale: 'max', bits: 8, seed: 1, eliminate: 'none' }));
  const { run } = expectChip(program, target, integer, pixelsOf(shape));
  expect(run.outputs.size).toBe(1);
  return program;
}
const firstLayer = (program: Program): Synapse[] => program.stages.filter((stage): stage is Synapse => stage.kind === 'synapse' && program.layers[stage.layer] === 'conv');
const chip = (core: Readonly<{ axons: number; neurons: number }>, memories: Readonly<{ state?: number; weight?: number }> = {}) =>
  altered(shipped('mesh45'), { mesh: { width: 16, height: 16 }, core, memories });

describe('a chip with border corrections', () => {
  it('equals the integer graph where the map is cut into contexts', () => {
    const tiles = firstLayer(onChip({ ...square, grid: [9, 7] }, chip({ axons: 64, neurons: 8 }, { state: 128 })));
    expect(tiles.length).toBeGreaterThan(3);
    expect(tiles.reduce((sum, { border }) => sum + border!.classes.length, 0)).toBe(63);
  });
  it('equals it where the columns are cut, each tile with the corrections of its own columns', () => {
    const tiles = firstLayer(onChip(square, chip({ axons: 64, neurons: 2 })));
    expect(tiles.map(({ columns, border }) => border!.sums.length / (columns.to - columns.from))).toEqual([9, 9, 9]);
  });
  it('equals it where the rows are cut: only the last tile of a chain corrects', () => {
    const tiles = firstLayer(onChip(square, chip({ axons: 9, neurons: 8 })));
    expect(tiles.map(({ border }) => border !== undefined)).toEqual([false, false, true]);
    const split = firstLayer(onChip(square, chip({ axons: 4, neurons: 8 })));  // nine taps do not fit four axons: taps are split
    expect(split.filter(({ gather }) => gather.taps.to - gather.taps.from < 9).length).toBe(split.length);
    expect(split.filter(({ border }) => border).length).toBe(1);
  });
  it('equals it where rows, columns and contexts are all cut, on chips of all sizes', () => {
    let runs = 0, links = 0;
    fc.assert(fc.property(shapes, fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 16, max: 400 }),
      fc.constantFrom('exact' as const, 'saturating' as const), (shape, axons, neurons, state, sums) => {
      const graph = network(shape), target = altered(chip({ axons, neurons }, { state }), { core: { sums }, mesh: { width: 40, height: 40 } });
      const compiled = compile({ graph, hash: 'normalised', classes: ['a', 'b'] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 });
      if (!compiled.ok) { expect(compiled.faults.map(({ code, message }) => `${code} ${message}`).filter((text) => !/^C410[123]/.test(text))).toEqual([]); return; }
      expectChip(compiled.value.program, target, compiled.value.integer, pixelsOf(shape));
      runs++; links += firstLayer(compiled.value.program).filter(({ after }) => after !== undefined).length;
    }), { seed: 17, numRuns: 60 });
    expect([runs > 50, links > 200]).toEqual([true, true]);
  });
});

describe('a window that mostly lies off the map', () => {
  const single: Shape = { ...square, grid: [1, 1] };
  it('runs on a map of one pixel, where eight of nine taps read nothing', () => {
    const [tile] = firstLayer(onChip(single));
    expect(tile.gather.from[0].positions).toEqual({ from: 0, to: 1 });
  });
  it('leaves out the tiles of a chain of which no tap is on the map', () => {
    const tiles = firstLayer(onChip(single, chip({ axons: 4, neurons: 8 })));
    // One context meets each tap once, so tiles are whole taps, nine of three channels: only the middle one reads the pixel.
    expect(tiles.map(({ gather }) => gather.taps)).toEqual([{ from: 4, to: 5 }]);
    expect(tiles.map(({ border }) => border !== undefined)).toEqual([true]);
  });
  it('runs where a whole column of contexts reads nothing but padding', () => {
    onChip({ ...square, grid: [2, 5], window: [3, 1], padding: [2, 0] }, chip({ axons: 2, neurons: 3 }));
    onChip({ ...square, grid: [1, 4], window: [5, 5], padding: [4, 4] }, chip({ axons: 3, neurons: 2 }, { state: 64 }));
  });
});
