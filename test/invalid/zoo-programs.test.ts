// One spoilt program per rule of the zoo's stages: groups, multi-bit operands, ladders, ternary neurons, gains, run-time products, clip-wide windows, pools, readouts.
import { describe, expect, it } from 'vitest';
import type { Arch } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import type { Program, Rule, Soma } from '../../targets/contract/program.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import type { Draft } from '../contract/draft.ts';
import { changedZoo, changedZooArch, stage } from '../contract/draft.ts';
import { zooArch, zooPlane, zooProgram, zooStage } from '../contract/zoo-program.ts';

type Name = Parameters<typeof zooStage>[0];
/** Code, what is wrong, the stage, its part named, how to spoil the zoo program, other codes that the same mistake must bring. */
type Row = readonly [code: string, title: string, name: Name, part: string, spoil: (draft: Draft<Program>) => void, besides?: readonly string[]];

const codesOf = (faults: readonly Fault[]): readonly string[] => [...new Set(faults.map((fault) => fault.code))].sort();
const partsOf = (faults: readonly Fault[], code: string) => faults.filter((fault) => fault.code === code).map((fault) => (fault.at?.in === 'program' ? fault.at.part : undefined));

const synapse = (p: Draft<Program>, name: Name) => stage(p, zooStage(name), 'synapse');
const soma = (p: Draft<Program>, name: Name) => stage(p, zooStage(name), 'soma');
const attend = (p: Draft<Program>, name: Name) => stage(p, zooStage(name), 'attend');
const pool = (p: Draft<Program>, name: Name) => stage(p, zooStage(name), 'pool');
const readout = (p: Draft<Program>, name: Name) => stage(p, zooStage(name), 'readout');
function rule<K extends Rule['kind']>(p: Draft<Program>, name: Name, kind: K): Draft<Extract<Rule, { kind: K }>> {
  const found: Draft<Soma>['rule'] = soma(p, name).rule;
  if (found.kind !== kind) throw new Error(`the rule of "${name}" is a ${found.kind}`);
  return found as Draft<Extract<Rule, { kind: K }>>;
}
const carrier = (p: Draft<Program>, plane: Parameters<typeof zooPlane>[0], as: Draft<Program>['planes'][number]['carrier']): void => { p.planes[zooPlane(plane)].carrier = as; };

const structure: readonly Row[] = [
  ['T2013', 'no group', 'grouped', '.gather.groups', (p) => { synapse(p, 'grouped').gather.groups = 0; }],
  ['T2015', 'groups that do not divide the channels', 'head', '.gather.from[0].channels', (p) => { Object.assign(synapse(p, 'head'), { columns: { from: 0, to: 3 } }); synapse(p, 'head').gather.groups = 3; }],
  ['T2015', 'groups that do not divide the columns', 'head', '.columns', (p) => { synapse(p, 'head').gather.groups = 8; }],
  ['T2013', 'more fractional bits than a membrane has', 'query', '.rule.fractionBits', (p) => { rule(p, 'query', 'lif').fractionBits = 21; }],
  ['T2013', 'a ladder without a level', 'ladder', '.rule.levels', (p) => { rule(p, 'ladder', 'ladder').levels = 0; }],
  ['T2015', 'a ladder with thresholds for other levels', 'ladder', '.rule.thresholds', (p) => { rule(p, 'ladder', 'ladder').thresholds = new Int32Array(11); }],
  ['T2015', 'a ladder that does not say what each level needs', 'ladder', '.rule.strict', (p) => { rule(p, 'ladder', 'ladder').strict = Uint8Array.of(0, 1); }],
  ['T2013', 'a comparator that is neither', 'ladder', '.rule.strict[1]', (p) => { rule(p, 'ladder', 'ladder').strict[1] = 2; }],
  ['T2016', 'a ladder that falls', 'ladder', '.rule.thresholds[5]', (p) => { rule(p, 'ladder', 'ladder').thresholds[5] = 1; }],
  ['T2013', 'a ladder with a membrane', 'ladder', '.membraneBits', (p) => { soma(p, 'ladder').membraneBits = 8; }],
  ['T2016', 'a ladder that climbs for nobody', 'ladder', '.spikes', (p) => { delete soma(p, 'ladder').spikes; }],
  ['T2015', 'ternary thresholds of one step only', 'ternary', '.rule.thresholds', (p) => { rule(p, 'ternary', 'elastic').thresholds = new Int32Array(4); }],
  ['T2015', 'kept fractions of two spikes only', 'ternary', '.rule.keeps', (p) => { rule(p, 'ternary', 'elastic').keeps = new Int32Array(6).fill(1); }],
  ['T2013', 'a kept fraction beyond exact products', 'ternary', '.rule.keeps[4]', (p) => { rule(p, 'ternary', 'elastic').keeps[4] = 2 ** 20 + 1; }],
  ['T2013', 'a kept fraction of too many bits', 'ternary', '.rule.keepBits', (p) => { rule(p, 'ternary', 'elastic').keepBits = 17; }],
  ['T2016', 'a ternary neuron that keeps and has no membrane', 'ternary', '.membraneBits', (p) => { soma(p, 'ternary').membraneBits = 0; }],
  ['T2013', 'a ternary neuron that keeps nothing and has a membrane', 'ternary', '.membraneBits', (p) => { rule(p, 'ternary', 'elastic').keeps.fill(0); }],
  ['T2015', 'a threshold too few for its steps', 'similar', '.rule.thresholds', (p) => { rule(p, 'similar', 'mix').thresholds = new Int32Array(16); }],
  ['T2015', 'weights of two steps', 'similar', '.rule.weights', (p) => { rule(p, 'similar', 'mix').weights = Int32Array.of(1, 0, 1, 1); }],
  ['T2016', 'a step that knows what comes after it', 'similar', '.rule.weights[5]', (p) => { rule(p, 'similar', 'mix').weights![5] = 1; }],
  ['T2013', 'a threshold per step and a memory', 'similar', '.membraneBits', (p) => { delete rule(p, 'similar', 'mix').weights; }],
  ['T2015', 'a gain for two of three steps', 'clip', '.gain', (p) => { const { gain } = soma(p, 'clip'); soma(p, 'clip').gain = Int32Array.from([...gain!, ...gain!]); }],
  ['T2015', 'a gain too few', 'clip', '.gain', (p) => { soma(p, 'clip').gain = Int32Array.of(1, 2, 3); }],
  ['T2013', 'attention that never answers', 'graded', '.fills', (p) => { attend(p, 'graded').fills = 8; }],
  ['T2013', 'attention that never fills', 'graded', '.fills', (p) => { attend(p, 'graded').fills = 0; }],
  ['T2016', 'counters without values', 'hamming', '.value', (p) => { delete attend(p, 'hamming').value; }],
  ['T2016', 'a matrix with values', 'rows', '.value', (p) => { attend(p, 'rows').value = { ...attend(p, 'rows').key }; }],
  ['T2016', 'a matrix that is neither stored by rows nor by columns', 'rows', '.store', (p) => { delete attend(p, 'rows').store; }, ['T2015']],
  ['T2016', 'counters that are stored by rows', 'hamming', '.store', (p) => { attend(p, 'hamming').store = 'rows'; }, ['T2015']],
  ['T2016', 'Hamming attention of single steps', 'hamming', '.clear', (p) => { attend(p, 'hamming').clear = 'step'; }],
  ['T2016', 'a matrix that outlives its step', 'columns', '.clear', (p) => { attend(p, 'columns').clear = 'sample'; }],
  ['T2015', 'a matrix with fewer positions than rows', 'rows', '.fills', (p) => { attend(p, 'rows').fills = 3; }],
  ['T2015', 'a matrix whose keys have other channels than its rows are long', 'rows', '.key.channels', (p) => { attend(p, 'rows').key.channels.to = 3; }],
  ['T2015', 'a query that selects other rows than there are', 'columns', '.query.channels', (p) => { attend(p, 'columns').query.channels.to = 2; }],
  ['T2013', 'a stretch by nothing', 'stretch', '.over.factor[0]', (p) => { Object.assign(pool(p, 'stretch').over, { factor: [0, 1] }); }],
  ['T2016', 'a stretch that combines', 'stretch', '.op', (p) => { pool(p, 'stretch').op = 'xor'; }],
  ['T2013', 'heads without a channel', 'counted', '.over.width', (p) => { Object.assign(pool(p, 'counted').over, { width: 0 }); }],
  ['T2015', 'a weight of a step too few', 'score', '.stepWeights', (p) => { readout(p, 'score').stepWeights = Int32Array.of(1, 2); }],
];

const meaning: readonly Row[] = [
  ['T2102', 'a stream read before it is there', 'query', '', (p) => { soma(p, 'query').adds = [{ ...soma(p, 'clip').current! }]; }],
  ['T2106', 'a query with fewer positions than answers', 'hamming', '.query.positions', (p) => { attend(p, 'hamming').query.positions.to = 3; }],
  ['T2108', 'a block as wide as all groups', 'head', '', (p) => { synapse(p, 'head').gather.groups = 1; }],
  ['T2108', 'levels that the plane does not hold', 'ladder', '.spikes', (p) => { carrier(p, 'levels', { as: 'count', max: 4 }); }, []],
  ['T2108', 'a stretch to another grid', 'stretch', '.over.outGrid', (p) => { Object.assign(pool(p, 'stretch').over, { outGrid: [2, 4] }); }],
  ['T2108', 'heads that do not divide the channels', 'counted', '.from[0].channels', (p) => { Object.assign(pool(p, 'counted').over, { width: 3 }); }],
  ['T2108', 'one channel more than heads', 'or heads', '.out.channels', (p) => { Object.assign(pool(p, 'or heads').over, { width: 4 }); }],
  ['T2108', 'a copy of half the channels', 'copy clip', '.from[0].channels', (p) => { pool(p, 'copy clip').from[0].channels.to = 2; }],
  ['T2108', 'runs of channels of unequal length', 'mask', '.from[1].channels', (p) => { pool(p, 'mask').from[0].channels.to = 3; pool(p, 'mask').out.channels.to = 3; }, ['T2103']],
  ['T2110', 'an exclusive or of currents', 'xor', '.from[1]', (p) => { pool(p, 'xor').from[1].plane = zooPlane('stream'); }],
  ['T2110', 'ternary spikes joined with spikes', 'head', '.gather.from[1]', (p) => {
    const { gather } = synapse(p, 'of ternary');
    Object.assign(gather, { from: [{ ...gather.from[0], plane: zooPlane('query') }, gather.from[0]], shifts: [0, 0] });
  }],
  ['T2110', 'counts into Hamming attention', 'hamming', '.query', (p) => { attend(p, 'hamming').query.plane = zooPlane('levels'); }],
  ['T2110', 'spikes where a matrix is stored', 'rows', '.key', (p) => { attend(p, 'rows').key.plane = zooPlane('spikes'); }],
  ['T2110', 'a ladder onto a plane of spikes', 'ladder', ', output 0', (p) => { carrier(p, 'levels', { as: 'spike' }); }],
  ['T2110', 'a ternary neuron onto a plane of spikes', 'ternary', ', output 0', (p) => { carrier(p, 'ternary', { as: 'spike' }); }],
  ['T2110', 'a copy that changes what it carries', 'copy clip', ', output 0', (p) => { carrier(p, 'joined', { as: 'count', max: 1 }); }],
  ['T2110', 'a source of spikes onto a plane of pixels', 'spike source', ', output 0', (p) => { carrier(p, 'spikes', { as: 'pixel' }); }],
  ['T2131', 'sums of a group one bit too narrow', 'grouped', '.sumBits', (p) => { synapse(p, 'grouped').sumBits = 2; }],
  ['T2131', 'sums of currents one bit too narrow', 'mac', '.sumBits', (p) => { synapse(p, 'mac').sumBits = 8; }],
  ['T2131', 'sums of ternary spikes one bit too narrow', 'of ternary', '.sumBits', (p) => { synapse(p, 'of ternary').sumBits = 3; }],
  ['T2131', 'graded answers one bit too narrow', 'graded', '.sumBits', (p) => { attend(p, 'graded').sumBits = 7; }],
  ['T2131', 'answers of a matrix of columns one bit too narrow', 'columns', '.sumBits', (p) => { attend(p, 'columns').sumBits = 6; }],
  ['T2131', 'answers of a matrix of rows one bit too narrow', 'rows', '.sumBits', (p) => { attend(p, 'rows').sumBits = 7; }],
  ['T2131', 'answers of Hamming attention one bit too narrow', 'hamming', '.sumBits', (p) => { attend(p, 'hamming').sumBits = 5; }],
  ['T2133', 'a membrane whose fractional bits do not fit', 'query', '.membraneBits', (p) => { Object.assign(rule(p, 'query', 'lif'), { fractionBits: 14 }); rule(p, 'query', 'lif').thresholds.fill(2 ** 20); }],
  ['T2133', 'a ternary membrane too narrow', 'ternary', '.membraneBits', (p) => { soma(p, 'ternary').membraneBits = 8; }, ['T2163']],
  ['T2134', 'a stream that its gain takes out of its plane', 'clip', '.current', (p) => { soma(p, 'clip').gain![1] = -12; }],
  ['T2135', 'graded counters too narrow', 'graded', '.counterBits', (p) => { attend(p, 'graded').counterBits = 5; }, ['T2163']],
  ['T2135', 'counters too narrow for all steps together', 'hamming', '.counterBits', (p) => { attend(p, 'hamming').counterBits = 3; }, ['T2163']],
  ['T2135', 'a memory too narrow for the currents it stores', 'rows', '.counterBits', (p) => { attend(p, 'rows').counterBits = 5; }, ['T2163']],
  ['T2136', 'more spikes of a head than its plane counts', 'counted', '.out', (p) => { carrier(p, 'counted', { as: 'count', max: 1 }); }, ['T2163']],
  ['T2137', 'a threshold below zero where a spike needs more', 'query', '.rule.thresholds', (p) => { rule(p, 'query', 'lif').thresholds[2] = -1; }],
  ['T2137', 'a threshold of zero where a spike needs no more', 'mixed', '.rule.thresholds', (p) => { rule(p, 'mixed', 'lif').thresholds[2] = 0; }],
  ['T2138', 'a weight of a step beyond its table', 'similar', '.rule.weights', (p) => { rule(p, 'similar', 'mix').weights![0] = 2 ** 23; }],
  ['T2132', 'sums of steps beyond 32 bits', 'similar', '', (p) => { rule(p, 'similar', 'mix').weights!.set([2 ** 23 - 1, 2 ** 23 - 1, 2 ** 23 - 1], 6); soma(p, 'similar').bias.fill(60); }],
  ['T2137', 'a ternary threshold below zero', 'ternary', '.rule.thresholds', (p) => { rule(p, 'ternary', 'elastic').thresholds[7] = -1; }],
  ['T2138', 'a level beyond 24 bits', 'ladder', '.rule.thresholds', (p) => { rule(p, 'ladder', 'ladder').thresholds[11] = 2 ** 23; }],
  ['T2138', 'a gain beyond 24 bits', 'ternary', '.gain', (p) => { soma(p, 'ternary').gain![3] = -(2 ** 23) - 1; }, ['T2132', 'T2133']],
  ['T2170', 'a result whose parts keep different things apart', 'map', '', (p) => {
    const part = readout(p, 'map');
    part.from.channels.to = 2;
    part.bias = part.bias.slice(0, 2);
    p.stages.push({ ...part, id: p.stages.length, from: { ...part.from, channels: { from: 2, to: 4 } }, keeps: { steps: true, positions: false } });
    p.cores[0].stages.push(p.stages.length - 1);
  }],
];

const partName = ([code, title, name, part]: Row): string => (code === 'T2170' ? 'readouts[0]' : title.startsWith('ternary spikes joined') ? `stages[${zooStage('of ternary')}]${part}` : `stages[${zooStage(name)}]${part}`);

describe('a spoilt zoo program is refused with its own code', () => {
  it.each([...structure, ...meaning].map((row) => [`${row[0]}: ${row[1]}`, row] as const))('%s', (_, row) => {
    const [code, , , , spoil, besides = []] = row, faults = verifyProgram(changedZoo(spoil), zooArch);
    if (code !== 'T2102') expect(partsOf(faults, code)).toContain(partName(row));
    expect(codesOf(faults)).toEqual([code, ...besides].sort());
    for (const fault of faults) expect(fault.message).not.toMatch(/undefined|NaN|\[object/);
  });

  const targets: readonly (readonly [code: string, title: string, parts: readonly string[], spoil: (draft: Draft<Arch>) => void])[] = [
    ['T2111', 'a chip without graded attention', [`stages[${zooStage('graded')}]`], (a) => { a.abilities.attend = ['kv', 'hamming', 'matrix']; }],
    ['T2111', 'a chip without Hamming attention', [`stages[${zooStage('hamming')}]`], (a) => { a.abilities.attend = ['kv', 'graded', 'matrix']; }],
    ['T2111', 'a chip without run-time matrices', [`stages[${zooStage('columns')}]`, `stages[${zooStage('rows')}]`], (a) => { a.abilities.attend = ['graded', 'hamming']; }],
    ['T2111', 'a chip that cannot multiply', [`stages[${zooStage('mac')}].gather.from[0]`, `stages[${zooStage('ternary')}].gain`, `stages[${zooStage('clip')}].gain`], (a) => { a.abilities.pixelMac = false; }],
    ['T2112', 'a chip of binary spikes', [`planes[${zooPlane('ternary')}].carrier`, `planes[${zooPlane('levels')}].carrier`, `planes[${zooPlane('counted')}].carrier`], (a) => { a.core.payloadBits = 1; }],
  ];
  it.each(targets.map((row) => [`${row[0]}: ${row[1]}`, row] as const))('%s', (_, [code, , parts, spoil]) => {
    const faults = verifyProgram(zooProgram(), changedZooArch(spoil));
    expect(codesOf(faults)).toEqual([code]);
    expect(partsOf(faults, code).sort()).toEqual([...parts].sort());
  });

  it.each<[string, (draft: Draft<Program>) => void]>([
    ['currents without units', (p) => { delete p.inputs[1].units; }],
    ['units of other channels', (p) => { p.inputs[1].units = Float64Array.of(1, 1); }],
    ['a unit of nothing', (p) => { p.inputs[1].units![2] = 0; }],
    ['a unit that is no number', (p) => { p.inputs[1].units![2] = NaN; }],
  ])('T2105: %s', (_, spoil) => {
    const faults = verifyProgram(changedZoo(spoil), zooArch);
    expect([codesOf(faults), partsOf(faults, 'T2105')]).toEqual([['T2105'], ['inputs[1].units']]);
  });
  it('T2105: units where no currents enter', () => { expect(partsOf(verifyProgram(changedZoo((p) => { p.inputs[0].units = Float64Array.of(1); }), zooArch), 'T2105')).toEqual(['inputs[0].units']); });

  it('T2144: a clip that is not held, and a plane beside it that is not either', () => {
    const into = (name: Name, plane: Parameters<typeof zooPlane>[0]) => (p: Pick<Program, 'edges' | 'stages'>): number => p.edges.findIndex((edge) => {
      const from = p.stages[edge.from];
      return edge.to === zooStage(name) && from.kind !== 'synapse' && ('out' in from ? (from.out as { plane: number }).plane === zooPlane(plane) : 'spikes' in from && from.spikes?.plane === zooPlane(plane) && edge.output === 0);
    });
    for (const [name, plane] of [['hamming', 'query'], ['hamming', 'key'], ['hamming', 'mixed'], ['clip', 'currents'], ['xor', 'query']] as const) {
      const at = into(name, plane)(zooProgram());
      expect(zooProgram().edges[at].window).toEqual({ kind: 'region', banks: 3, ack: 'none' });
      const faults = verifyProgram(changedZoo((p) => { p.edges[at].window = { kind: 'region', banks: 2, ack: 'step' }; }), zooArch);
      expect(codesOf(faults)).toEqual(['T2144']);
      expect(partsOf(faults, 'T2144')).toEqual([`edges[${at}].window`]);
    }
  });
});
