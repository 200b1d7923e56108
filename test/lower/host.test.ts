// Functions on the host in lowering: where their operands come from, and what is refused, on every guilty node at once.
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../compiler/ir/types.ts';
import { elementsOf } from '../../compiler/ir/types.ts';
import { lower } from '../../compiler/lower/lower.ts';
import type { Residual } from '../../compiler/lower/lowering.ts';
import type { Target } from '../../targets/contract/arch.ts';
import type { HostStage } from '../../targets/contract/program.ts';
import { conv, graphOf, head, input, lif, mapGraph } from '../map/map-graph.ts';
import { altered, expectChip, shipped } from '../property/chip-under-test.ts';
import { randomFrom } from '../random.ts';

const mesh45 = shipped('mesh45');
/** A host node whose units are all `unit`, within +-100. */
const host = (kind: string, name: string, from: readonly string[], channels: number, { read = channels, unit = 0.5, attrs = '' }: Readonly<{ read?: number; unit?: number; attrs?: string }> = {}): string =>
  `${name} = ${kind}(${from.join(', ')}) ${attrs} units = [${read}] (${Array(read).fill(unit).join(', ')}) scale = [${channels}] (${Array(channels).fill(unit).join(', ')}) range = [2, ${channels}] (${[...Array(channels).fill(-100), ...Array(channels).fill(100)].join(', ')});`;
const start = [input('image', '2x2', 2), conv('ca', 'image', 2, 4), lif('a', 'ca'), conv('cb', 'a', 4, 4)];

function hostsOf(graph: Graph, target: Target = mesh45, residual: Residual = 'unary'): readonly (readonly [layer: string, operands: readonly string[]])[] {
  const random = randomFrom(5), inputs = new Map(graph.nodes.flatMap((node) => (node.inputs.length > 0 ? [] : [[node.name, Uint8Array.from({ length: elementsOf(node.type, graph.steps) }, () => random.whole(0, 3))]]))), { program } = mapGraph(graph, target, residual);
  expectChip(program, target, graph, inputs);
  return program.stages.filter((stage): stage is HostStage => stage.kind === 'host').map((stage) => [program.layers[stage.layer], stage.from.map(({ plane, channels }) => `${program.planes[plane].name} ${channels.from}..${channels.to}`)]);
}
const refused = (graph: Graph, abilities: Partial<Target['arch']['abilities']>, residual: Residual = 'unary'): string[] =>
  lower(graph, altered(mesh45, { name: 'poor', abilities }).arch, residual).faults.map(({ code, at, hint }) => `${code} ${at?.in === 'graph' ? at.node : ''}: ${hint}`);

describe('a function on the host', () => {
  it('reads sums from a plane of their own, spikes from that of their neuron, and is read like any current', () => {
    expect(hostsOf(graphOf(...start, host('gelu', 'bent', ['cb'], 4), host('product', 'gated', ['a', 'bent'], 4, { read: 8 }), 'sum = add-currents(gated, cb);', lif('b', 'sum', 3), head('b', 4))))
      .toEqual([['bent', ['cb 0..4']], ['gated', ['a 0..4', 'bent 0..4']]]);
  });
  it('reads a run of channels, two values side by side, and the same value twice', () => {
    expect(hostsOf(graphOf(...start, host('gelu', 'bent', ['cb'], 4), 'part = slice(bent) {from = 1, count = 2};', 'both = concat(part, cb);', host('sigmoid', 'open', ['part'], 2), host('product', 'squared', ['both', 'both'], 6, { read: 12 }), lif('b', 'squared', 3),
      head('b', 6), 'other = readout(open) {scale = 1}; output "other" = other;'))).toEqual([['bent', ['cb 0..4']], ['open', ['bent 1..3']], ['squared', ['both 0..6', 'both 0..6']]]);
  });
  it('reads a count as it travels: as one, or added up on the host from several planes, each at its worth', () => {
    const graph = graphOf(...start, lif('b', 'cb', 3), 'ab = add-spikes(a, b);', conv('cc', 'ab', 4, 4), lif('d', 'cc', 3), 'abd = add-spikes(ab, d);', host('gelu', 'bent', ['abd'], 4, { unit: 1 }), lif('c', 'bent', 2), head('c', 4));
    expect(hostsOf(graph, mesh45, 'payload')).toEqual([['bent', ['abd 0..4']]]);
    expect(hostsOf(graph, mesh45, 'planes')).toEqual([['bent', ['abd.bit0 0..4', 'abd.bit1 0..4']], ['bent', ['abd.count 0..4']]]);
    expect(hostsOf(graph, mesh45, 'unary')).toEqual([['bent', ['a 0..4', 'b 0..4']], ['bent', ['abd.count0 0..4', 'd 0..4']], ['bent', ['abd.count 0..4']]]);
  });
  it('in a stream that a layer joins by a gain is refused where nothing multiplies, on the layer', () => {
    const joined = graphOf(...start, 'cc = conv(a) {window = 1x1, stride = 1x1, padding = 0x0} weight = [4, 4] (1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4) gain = [4] (8, 8, 8, 8);', host('gelu', 'bent', ['cb'], 4), 'sum = add-currents(cc, bent);', lif('b', 'sum', 3), head('b', 4));
    expect(refused(joined, { pixelMac: false })).toEqual([expect.stringMatching(/^C4002 cc: its stream is finer than its weights/)]);
    expect(hostsOf(joined)).toEqual([['bent', ['cb 0..4']]]);
  });
  it('is refused on a target without one, on all nodes at once, each with its function', () => {
    const graph = graphOf(...start, host('gelu', 'bent', ['cb'], 4), host('softmax', 'shares', ['bent'], 4, { attrs: '{heads = 2, factor = 1}' }), lif('b', 'shares', 2), head('b', 4));
    expect(refused(graph, { host: false })).toEqual(['bent', 'shares'].map((name, i) => `C4002 ${name}: no crossbar computes ${['gelu', 'softmax'][i]}: choose a target whose abilities.host is yes, such as mesh45, or a network without it`));
    expect(refused(graph, { currents: false }).map((text) => text.split(':')[0])).toEqual(['C4002 bent', 'C4002 shares', 'C4002 head']);
    expect(refused(graph, {})).toEqual([]);
  });
});
