// Lowering: what each operator becomes, what is refused and on which node; every plan is also run against the integer evaluation.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../compiler/ir/types.ts';
import { elementsOf } from '../../compiler/ir/types.ts';
import { lower } from '../../compiler/lower/lower.ts';
import type { Residual } from '../../compiler/lower/lowering.ts';
import { residuals } from '../../compiler/lower/lowering.ts';
import type { Target } from '../../targets/contract/arch.ts';
import type { Plan, Soma, Stage, Synapse } from '../../targets/contract/program.ts';
import { valueOf } from '../conformance/outcome.ts';
import { conv, graphOf, head, input, lif, mapGraph } from '../map/map-graph.ts';
import { altered, expectChip, shipped } from '../property/chip-under-test.ts';
import { randomFrom } from '../random.ts';

const mesh45 = shipped('mesh45');
/** The plan of a graph, once its program has been run against the evaluation, on whole layers and cut small. */
function planOf(graph: Graph, residual: Residual = 'unary'): Plan {
  for (const target of [mesh45, altered(mesh45, { core: { axons: 6, neurons: 4, payloadBits: 4 }, mesh: { width: 12, height: 12 }, memories: { state: 64 } })]) {
    const random = randomFrom(5), inputs = new Map(graph.nodes.flatMap((node) => (node.inputs.length > 0 ? []
      : [[node.name, Uint8Array.from({ length: elementsOf(node.type, graph.steps) }, () => (random.chance(0.5) ? 0 : random.whole(1, 3)))]])));
    const { run } = expectChip(mapGraph(graph, target, residual).program, target, graph, inputs);
    expect([...run.outputs.get('logits')!].some((value) => value !== 5)).toBe(true);
  }
  return lower(graph, mesh45.arch, residual).plan;
}
const named = ({ stages, layers }: Plan, layer: string, kind: Stage['kind']): Stage[] => stages.filter((stage) => layers[stage.layer] === layer && stage.kind === kind);
const synapse = (plan: Plan, layer: string): Synapse => named(plan, layer, 'synapse')[0] as Synapse;
const soma = (plan: Plan, layer: string): Soma => named(plan, layer, 'soma')[0] as Soma;
const reads = (plan: Plan, stage: Stage): string[] => (stage.kind === 'synapse' ? stage.gather.from : stage.kind === 'soma' ? stage.adds : 'from' in stage
  && Array.isArray(stage.from) ? stage.from : []).map(({ plane }) => plan.planes[plane].name);

describe('a residual of spikes', () => {
  const graph = graphOf(input('image', '2x3', 2), conv('ca', 'image', 2, 4), lif('a', 'ca'), conv('cb', 'a', 4, 4), lif('b', 'cb', 3), 'ab = add-spikes(a, b);',
    conv('cd', 'ab', 4, 4), lif('d', 'cd', 3), 'abd = add-spikes(ab, d);',
    conv('ce', 'abd', 4, 3), lif('e', 'ce', 4), head('e', 3));
  it('by unary lets every reader read all planes, and adds nothing', () => {
    const plan = planOf(graph, 'unary');
    expect([reads(plan, synapse(plan, 'cd')), reads(plan, synapse(plan, 'ce'))]).toEqual([['a', 'b'], ['a', 'b', 'd']]);
    expect(synapse(plan, 'ce').gather.shifts).toEqual([0, 0, 0]);
    expect(plan.stages.filter(({ kind }) => kind === 'add')).toEqual([]);
  });
  it('by payload counts on one plane, of as many bits as the bound needs', () => {
    const plan = planOf(graph, 'payload');
    expect([reads(plan, named(plan, 'ab', 'add')[0]), reads(plan, named(plan, 'abd', 'add')[0]), reads(plan, synapse(plan, 'ce'))]).toEqual([['a', 'b'], ['ab', 'd'], ['abd']]);
    expect(['ab', 'abd'].map((name) => plan.planes.find((plane) => plane.name === name)!.carrier)).toEqual([{ as: 'count', max: 2 }, { as: 'count', max: 3 }]);
  });
  it('by planes has one binary plane per bit, and rows worth their bit', () => {
    const plan = planOf(graph, 'planes');
    expect([reads(plan, synapse(plan, 'cd')), reads(plan, synapse(plan, 'ce'))]).toEqual([['ab.bit0', 'ab.bit1'], ['abd.bit0', 'abd.bit1']]);
    expect(synapse(plan, 'ce').gather.shifts).toEqual([0, 1]);
    expect(reads(plan, named(plan, 'abd', 'add')[0])).toEqual(['a', 'b', 'd']);
  });
  it.each(residuals)('by %s counts a plane twice that is added to itself', (residual) => {
    planOf(graphOf(input('image', '2x2', 2), conv('ca', 'image', 2, 4), lif('a', 'ca'), 'twice = add-spikes(a, a);', conv('cb', 'twice', 4, 4), lif('b', 'cb', 4), head('b', 4)),
      residual);
  });
});

describe('a stream of currents', () => {
  const start = [input('image', '2x3', 2), conv('ca', 'image', 2, 4), lif('a', 'ca'), conv('cb', 'a', 4, 4)];
  it('is summed in the soma that reads it, and passed on where more follows', () => {
    const plan = planOf(graphOf(...start, 'stream = add-currents(ca, cb);', lif('b', 'stream', 12), conv('cc', 'b', 4, 4), 'more = add-currents(stream, cc);',
      lif('c', 'more', 14), head('c', 4)));
    expect([reads(plan, soma(plan, 'a')), reads(plan, soma(plan, 'b')), reads(plan, soma(plan, 'c'))]).toEqual([[], ['ca'], ['stream']]);
    expect(['a', 'b', 'c'].map((name) => plan.planes[soma(plan, name).current?.plane ?? -1]?.name)).toEqual(['ca', 'stream', undefined]);
    expect(['b', 'c'].map((name) => soma(plan, name).sums)).toEqual([[synapse(plan, 'cb').id], [synapse(plan, 'cc').id]]);
    expect(plan.planes.find(({ name }) => name === 'stream')!.carrier).toMatchObject({ as: 'current' });
  });
  it('of two fresh chains puts the first on a plane by a pass soma, which keeps its bias', () => {
    const graph = graphOf(...start, conv('cc', 'a', 4, 4), 'both = add-currents(cb, cc);', lif('b', 'both', 6), head('b', 4)), plan = planOf(graph), passing = soma(plan, 'cb');
    expect([passing.rule.kind, passing.membraneBits, passing.spikes]).toEqual(['pass', 0, undefined]);
    expect([...passing.bias]).toEqual([...graph.nodes.find(({ name }) => name === 'cb')!.params.bias.data]);
    expect([...soma(plan, 'b').bias]).toEqual([...graph.nodes.find(({ name }) => name === 'cc')!.params.bias.data]);
  });
  it('may be added to itself, and be read by two neurons', () => {
    planOf(graphOf(...start, 'twice = add-currents(cb, cb);', lif('b', 'twice', 6), lif('c', 'twice', 9), 'bc = and(b, c);', head('bc', 4)));
    planOf(graphOf(...start, conv('cc', 'a', 4, 4), 'x = add-currents(ca, cb);', 'y = add-currents(x, cc);', 'z = add-currents(x, y);', lif('b', 'z', 9), lif('c', 'y', 9),
      'bc = and(b, c);', head('bc', 4)));
  });
  it('keeps the bias of a chain that joins a sum of planes', () => {
    planOf(graphOf(...start, lif('b', 'cb', 6), 'planes = add-currents(ca, cb);', conv('cc', 'b', 4, 4), 'all = add-currents(cc, planes);', lif('c', 'all', 14), head('c', 4)));
  });
  it('is pooled on a plane, written by a pass soma, whoever else reads it', () => {
    const pooled = 'pool = max-pool(cb) {window = 3x3, stride = 2x2, padding = 1x1};', plan = planOf(graphOf(...start, pooled, lif('b', 'pool', 6), head('b', 4)));
    expect([soma(plan, 'cb').rule.kind, named(plan, 'pool', 'pool').length]).toEqual(['pass', 1]);
    planOf(graphOf(...start, pooled, lif('b', 'pool', 6), lif('c', 'cb', 6), conv('cd', 'c', 4, 4), lif('d', 'cd', 4), 'some = or-tokens(d);', 'bd = and(b, some);',
      head('bd', 4)));
  });
  it('is summed over tokens before a head neuron', () => {
    const plan = planOf(graphOf(...start, 'sum = sum-tokens(cb);', lif('b', 'sum', 30), head('b', 4)));
    expect(named(plan, 'sum', 'pool')[0]).toMatchObject({ op: 'sum', over: { kind: 'tokens' }, contexts: { from: 0, to: 1 } });
  });
});

describe('an image that is given once', () => {
  const hoisted = (...lines: string[]) => graphOf(input('image', '3x3', 1, 'direct'), conv('ca', 'image', 1, 4, { side: 3 }), 'again = repeat(ca);', ...lines);
  it('is multiplied once per sample, and its sums are read back by the soma', () => {
    const plan = planOf(hoisted(lif('a', 'again'), head('a', 4)));
    expect(synapse(plan, 'ca').evaluate).toBe('sample');
    expect([soma(plan, 'a').sums, plan.planes[0].per]).toEqual([[synapse(plan, 'ca').id], 'sample']);
    expect(synapse(planOf(graphOf(input('image', '3x3', 1), conv('ca', 'image', 1, 4), lif('a', 'ca'), head('a', 4))), 'ca').evaluate).toBe('step');
  });
  it('may feed two neurons, a pool and a stream', () => {
    planOf(hoisted(lif('a', 'again'), lif('b', 'again', 16), 'ab = add-spikes(a, b);', conv('cc', 'ab', 4, 4), 'stream = add-currents(again, cc);', lif('c', 'stream', 20),
      head('c', 4)));
    planOf(hoisted('pool = max-pool(again) {window = 2x2, stride = 1x1, padding = 0x0};', lif('a', 'pool', 16), head('a', 4)));
  });
  it('is corrected at its border as event frames may be', () => {
    const bordered = (text: string) => text.replace(/;$/, ` border = [9, 4] (${Array.from({ length: 36 }, (_, i) => (i % 7) - 3).join(', ')});`);
    planOf(graphOf(input('image', '3x3', 1, 'direct'), bordered(conv('ca', 'image', 1, 4, { side: 3 })), 'again = repeat(ca);', lif('a', 'again'), head('a', 4)));
    planOf(graphOf(input('image', '3x3', 1), bordered(conv('ca', 'image', 1, 4, { side: 3 })), lif('a', 'ca'), head('a', 4)));
  });
});

describe('attention', () => {
  const branches = [input('image', '2x2', 2), ...['q', 'k', 'v'].flatMap((name) => [conv(`c${name}`, 'image', 2, 4), lif(name, `c${name}`, 6)])];
  it('by counters becomes an attend stage, whose sums a soma reads; a counter holds the number of tokens', () => {
    const plan = planOf(graphOf(...branches, 'counts = ssa(q, k, v) {heads = 2, published = qk};', lif('a', 'counts', 2), head('a', 4)));
    expect(named(plan, 'counts', 'attend')[0]).toMatchObject({ counterBits: 3, sumBits: 5, width: [2, 2], contexts: { from: 0, to: 8 } });
    expect(soma(plan, 'a').sums).toEqual([named(plan, 'counts', 'attend')[0].id]);
  });
  it('by masks becomes pools', () => {
    const plan = planOf(graphOf(...branches, 'kv = and(k, v);', 'wide = head-pool(kv) {heads = 2, window = 3x3, padding = 1x1};', 'some = or-tokens(wide);',
      'masked = and(q, some);', head('masked', 4)));
    expect(['kv', 'wide', 'some', 'masked'].map((layer) => (named(plan, layer, 'pool')[0] as Extract<Stage, { kind: 'pool' }>).op)).toEqual(['and', 'or', 'or', 'and']);
  });
});

describe('what a target cannot do', () => {
  const seen = new Set<string>();
  const refused = (graph: Graph, target: Target = mesh45, residual: Residual = 'unary'): string[] => {
    const { faults } = lower(graph, target.arch, residual);
    faults.forEach(({ code, hint }) => { seen.add(code); expect(hint).toBeTruthy(); });
    return faults.map(({ code, at, message }) => `${code} ${at?.in === 'graph' ? at.node : ''}: ${message}`);
  };
  const without = (abilities: Partial<Target['arch']['abilities']>): Target => altered(mesh45, { name: 'poor', abilities });
  const start = [input('image', '2x2', 2), conv('ca', 'image', 2, 4), lif('a', 'ca'), conv('cb', 'a', 4, 4)];

  it('is refused on the factor behind sums that are more than one chain', () => {
    const factor = (from: string) => `scaled = gain(${from}) factor = [4] (2, 2, 2, 2) bias = [4] (0, 0, 0, 0);`;
    expect(refused(graphOf(...start, 'counts = ssa(a, a, a) {heads = 1, published = kv};', factor('counts'), lif('b', 'scaled'), head('b', 4)))).toEqual([]);
    expect(refused(graphOf(...start, 'stream = add-currents(ca, cb);', factor('stream'), lif('b', 'scaled'), head('b', 4)))).toEqual([expect.stringMatching(/^C4001 scaled: the factor "scaled"/)]);
  });
  it('is refused on every node that needs a missing ability, all at once', () => {
    const stream = graphOf(...start, 'stream = add-currents(ca, cb);', 'pool = max-pool(stream) {window = 2x2, stride = 2x2, padding = 0x0};', lif('b', 'pool'), head('b', 4));
    expect(refused(stream, without({ currents: false })).map((text) => text.split(':')[0])).toEqual(['C4002 ca', 'C4002 stream', 'C4002 pool', 'C4002 head']);
    expect(refused(stream, without({ maxCurrent: false }))).toEqual([expect.stringMatching(/^C4002 pool: .* "maxCurrent", which target poor lacks/)]);
    expect(refused(graphOf(input('image', '2x2', 2, 'direct'), conv('ca', 'image', 2, 4), 'again = repeat(ca);', lif('a', 'again'), head('a', 4)),
      without({ pixelMac: false }))).toEqual([expect.stringMatching(/^C4002 ca: .*pixelMac/)]);
    expect(refused(graphOf(...start, lif('b', 'cb'), 'counts = ssa(a, b, b) {heads = 1, published = kv};', lif('c', 'counts', 2), head('c', 4)),
      without({ attend: [] }))).toEqual([expect.stringMatching(/^C4002 counts: .*attend kv/)]);
  });
  it('is refused where a current passes a neuron on a chip that carries spikes only', () => {
    expect(refused(graphOf(...start, lif('b', 'cb'), lif('c', 'cb', 3), 'bc = and(b, c);', head('bc', 4)),
      without({ currents: false })).map((text) => text.split(':')[0])).toEqual(['C4002 cb', 'C4002 head']);
  });
  it('is refused on the residual whose payload is too narrow, with both widths', () => {
    const residual = graphOf(...start, lif('b', 'cb'), 'ab = add-spikes(a, b);', head('ab', 4)), narrow = altered(mesh45, { name: 'narrow', core: { payloadBits: 1 } });
    expect(refused(residual, narrow, 'payload')).toEqual([expect.stringMatching(/^C4003 ab: .* need a payload of 2 bits, target narrow carries 1$/)]);
    expect([refused(residual, narrow, 'unary'), refused(residual, narrow, 'planes')]).toEqual([[], []]);
  });
  it('is refused where a repeated image has not been hoisted', () => {
    expect(refused(graphOf(input('image', '2x2', 2, 'direct'), 'again = repeat(image);', conv('ca', 'again', 2, 4), lif('a', 'ca'),
      head('a', 4)))).toEqual([expect.stringMatching(/^C4004 again:/)]);
  });
  it('is refused where a count on several planes is pooled, unless counts travel', () => {
    const pooled = graphOf(...start, lif('b', 'cb'), 'ab = add-spikes(a, b);', 'sum = sum-tokens(ab);', head('sum', 4));
    expect(refused(pooled, mesh45, 'unary')).toEqual([expect.stringMatching(/^C4005 sum: "sum" reads the count "ab", which travels as 2 spike planes/)]);
    expect(refused(pooled, mesh45, 'payload')).toEqual([]);
  });
  it('is refused on the layer whose weights are too wide, with both widths', () => {
    expect(refused(graphOf(...start, lif('b', 'cb'), conv('wide', 'b', 4, 4, { reach: 100 }), lif('c', 'wide'), head('c', 4)),
      altered(mesh45, { name: 'thin', core: { weightBits: 5 } })))
      .toEqual([expect.stringMatching(/^C4006 wide: weights of "wide" need 8 bits, target thin stores 5$/)]);
  });
  it('is refused on the pool that counts further than a payload', () => {
    const counted = graphOf(...start, 'count = sum-tokens(a);', lif('b', 'count', 2), head('b', 4)), narrow = altered(mesh45, { name: 'narrow', core: { payloadBits: 2 } });
    expect(refused(counted, narrow)).toEqual([expect.stringMatching(/^C4007 count: "count" counts up to 4, a payload of 3 bits; target narrow carries 2$/)]);
    expect([refused(counted), refused(graphOf(...start, lif('b', 'a', 2), head('b', 4)))]).toEqual([[], []]);
  });
  it('is refused where a sum that no neuron has read is to travel as counts', () => {
    const sums = 'counts = ssa(a, a, a) {heads = 1, published = kv};', reason = (node: string) => expect.stringMatching(new RegExp(`^C4020 ${node}: "${node}" reads "counts" as counts`)) as string;
    expect(refused(graphOf(...start, sums, 'pooled = sum-tokens(counts);', lif('b', 'pooled', 2), head('b', 4))).filter((text) => !text.startsWith('C4007'))).toEqual([reason('pooled')]);
    expect(refused(graphOf(...start, sums, 'ab = add-spikes(a, counts);', conv('cc', 'ab', 4, 4), lif('b', 'cc'), head('b', 4)))).toEqual([reason('ab')]);
    expect(refused(graphOf(...start, sums, 'again = ssa(a, counts, a) {heads = 1, published = kv};', lif('b', 'again', 2), head('b', 4)))).toEqual([reason('again')]);
  });
  it('is refused where a count on several planes is read out, and a run of channels is copied for it', () => {
    const added = graphOf(...start, lif('b', 'cb'), 'ab = add-spikes(a, b);', 'logits = readout(ab) {scale = 1};', 'output "logits" = logits;');
    expect(refused(added, mesh45, 'unary')).toEqual([expect.stringMatching(/^C4005 logits: "logits" reads the count "ab"/)]);
    expect(refused(added, mesh45, 'payload')).toEqual([]);
  });
  it('has been refused with every code of the catalogue', () => {
    const codes = [...readFileSync(new URL('../../compiler/lower/faults.ts', import.meta.url), 'utf8').matchAll(/'(C\d{4})'/g)].map(([, code]) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
    expect(codes.filter((code) => !seen.has(code))).toEqual([]);
  });
});
