// One spoilt program per rule of host stages.
import { describe, expect, it } from 'vitest';
import type { Arch } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import type { HostStage, Program } from '../../targets/contract/program.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import type { Draft } from '../contract/draft.ts';
import { stage } from '../contract/draft.ts';
import { changedHost, hostArch, hostProgram, hostStage } from '../contract/host-program.ts';
import { copied } from '../contract/tiny-program.ts';

const host = (p: Draft<Program>, name: 'norm' | 'product'): Draft<HostStage> => stage(p, hostStage[name], 'host');
const found = (faults: readonly Fault[]): readonly string[] => [...new Set(faults.map(({ code, at }) => `${code} ${at?.in === 'program' ? at.part : ''}`))];

/** What is wrong, the faults that it must bring (and no others), how to spoil the program. */
const rows: readonly (readonly [title: string, faults: readonly string[], spoil: (draft: Draft<Program>) => void])[] = [
  ['a function that there is not', ['T2016 stages[2].compute'], (p) => { host(p, 'norm').compute = 'exp'; }],
  ['the name of something else', ['T2016 stages[2].compute'], (p) => { host(p, 'norm').compute = 'constructor'; }],
  ['an operand too few', ['T2015 stages[3].from', 'T2015 stages[3].units'], (p) => { host(p, 'product').from.pop(); }],
  ['operands of different width', ['T2015 stages[3].units'], (p) => { host(p, 'product').from[0].channels.to = 3; }],
  ['operands that the function does not take', ['T2016 stages[3].compute'], (p) => { host(p, 'product').from[0].channels.to = 3; host(p, 'product').units = new Float64Array(7).fill(1); }],
  ['a constant too few', ['T2016 stages[2].constants'], (p) => { host(p, 'norm').constants.pop(); }],
  ['constants in another order', ['T2016 stages[2].constants'], (p) => { host(p, 'norm').constants.reverse(); }],
  ['a constant of another length', ['T2016 stages[2].compute'], (p) => { host(p, 'norm').constants[0].values = new Float64Array(3); }],
  ['a constant that is no number', ['T2016 stages[2].constants.beta'], (p) => { host(p, 'norm').constants[1].values[2] = NaN; }],
  ['a constant that the function refuses', ['T2016 stages[2].compute'], (p) => { host(p, 'norm').constants[2].values[0] = 0; }],
  ['a unit of nothing', ['T2016 stages[2].units'], (p) => { host(p, 'norm').units[3] = 0; }],
  ['an endless unit', ['T2016 stages[2].scale'], (p) => { host(p, 'norm').scale[0] = Infinity; }],
  ['a unit too few', ['T2015 stages[2].scale'], (p) => { host(p, 'norm').scale = new Float64Array(3).fill(1); }],
  ['bounds too few', ['T2015 stages[2].range'], (p) => { host(p, 'norm').range = Int32Array.of(-1, 1); }],
  ['bounds in the wrong order', ['T2016 stages[2].range[5]'], (p) => { host(p, 'norm').range[5] = -101; }],
  ['a result of other channels', ['T2015 stages[2].range', 'T2015 stages[2].scale'], (p) => { host(p, 'norm').out.channels.to = 3; }],
  ['bounds that its plane does not hold', ['T2134 stages[2].out'], (p) => { host(p, 'norm').range[5] = 200; }],
  ['a part of the positions only', ['T2107 stages[3], output 0', 'T2108 stages[3].contexts'], (p) => { p.stages[hostStage.product].contexts.from = 1; }],
  ['a map of another grid', ['T2108 stages[3].from[0]'], (p) => { p.planes[1].grid = [1, 4]; }],
  ['spikes out of the host', ['T2110 stages[3], output 0', 'T2110 stages[4].adds[0]'], (p) => { p.planes[3].carrier = { as: 'spike' }; }],
  ['a buffer on the tile for what the host keeps', ['T2163 cores[0].footprint.buffers'], (p) => { p.cores[0].footprint.buffers++; }],
];

describe('a spoilt host stage is refused with its own code', () => {
  it('and the sound one is accepted, with barriers and in dataflow', () => {
    const dataflow: Arch = { ...hostArch, mesh: { ...hostArch.mesh, sync: 'dataflow' } };
    expect([verifyProgram(hostProgram(), hostArch), verifyProgram(hostProgram(dataflow), dataflow)]).toEqual([[], []]);
  });
  it.each(rows)('%s', (_, wanted, spoil) => { expect(found(verifyProgram(changedHost(spoil), hostArch)).toSorted()).toEqual(wanted); });

  it('a chip that lets nothing out', () => {
    const closed = copied(hostArch) as Draft<Arch>;
    closed.abilities.host = false;
    expect(found(verifyProgram(hostProgram(), closed))).toEqual(['T2111 stages[2]', 'T2111 stages[3]']);
  });
  it('T2165: a host stage on a tile that is not io', () => {
    expect(found(verifyProgram(hostProgram(hostArch, (id) => (id === hostStage.norm ? 6 : id === hostStage.neuron ? 5 : 0)), hostArch))).toEqual(['T2165 stages[2]']);
  });
});

it('comes back from its bytes field by field', () => {
  const program = hostProgram(), outcome = decodeProgram(encodeProgram(program), 'host');
  expect(outcome.ok && outcome.value).toStrictEqual(program);
});
it('is refused when its bytes name a function that there is not', () => {
  const outcome = decodeProgram(encodeProgram(changedHost((p) => { host(p, 'norm').compute = '__proto__'; })), 'host');
  expect(outcome.ok ? [] : found(outcome.faults)).toEqual(['T2016 stages[2].compute']);
});
