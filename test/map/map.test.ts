// Packing, placing and routing: cores are never overfull, each lies on a tile of its own, and every message reaches exactly its readers.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import { copiesOf, linkEnd, pathLinks } from '../../compiler/emit/routes.ts';
import { emit } from '../../compiler/emit/emit.ts';
import { flitsOf } from '../../compiler/map/estimate.ts';
import { fits, footprintOf } from '../../compiler/map/footprint.ts';
import { generator, hilbert, place } from '../../compiler/map/place.ts';
import { verifyMapping } from '../../compiler/map/verify-mapping.ts';
import type { Arch, Target } from '../../targets/contract/arch.ts';
import { coreCount } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { visitNeeded } from '../../targets/contract/geometry.ts';
import { inputsOf, outputsOf } from '../../targets/contract/program.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { valueOf } from '../conformance/outcome.ts';
import { altered, shipped, smallChip, smallChips } from '../property/chip-under-test.ts';
import type { SmallChip } from '../property/chip-under-test.ts';
import { randomModel } from '../property/random-model.ts';
import { randomNetwork } from '../random-graph.ts';
import type { Mapped } from './map-graph.ts';
import { conv, graphOf, head, input, lif, mapGraph } from './map-graph.ts';

const seen = new Set<string>();
const said = (faults: readonly Fault[]): string[] => faults.map(({ code, message }) => { seen.add(code); return `${code} ${message}`; });
/** A network with a stream, attention by masks and pools; and one with counts and counters. */
const network = (family: 'add-currents' | 'add-spikes', seed: number) =>
  randomNetwork({ seed, domain: 'integer', family, attention: family === 'add-spikes' ? 'ssa' : 'boolean', coding: 'direct', steps: 3, grid: [6, 7], channels: 2, heads: 2,
    width: 4, blocks: 1, border: true });
const mapped = (numbers: SmallChip, seed: number, mesh: Partial<Arch['mesh']> = {}): Readonly<{ result: Mapped; arch: Arch }> | undefined => {
  const target = altered(smallChip({ ...numbers, axons: Math.max(8, numbers.axons), neurons: Math.max(8, numbers.neurons), state: Math.max(128, numbers.state) }), { mesh });
  return { result: mapGraph(network(seed % 2 ? 'add-currents' : 'add-spikes', seed), target, 'unary', seed), arch: target.arch };
};
const overSmallChips = (law: (result: Mapped, arch: Arch) => void, mesh?: Partial<Arch['mesh']>, runs = 12): void =>
  fc.assert(fc.property(smallChips, fc.integer({ min: 0, max: 500 }), (numbers, seed) => { const { result, arch } = mapped(numbers, seed, mesh)!; law(result, arch); }),
    { seed: 8, numRuns: runs });

describe('packing', () => {
  it('never overfills a core, and keeps what must stay together', () => {
    let packed = 0;
    overSmallChips(({ partition, units, loads, plan }, arch) => {
      for (const { stages } of partition.clusters) expect(fits(footprintOf(stages, loads), arch)).toBe(true);
      expect(partition.clusters.flatMap(({ stages }) => stages).sort((a, b) => a - b)).toEqual(plan.stages.map(({ id }) => id));
      for (const { stages } of units) expect(partition.clusters.filter((cluster) => stages.every((stage) => cluster.stages.includes(stage)))).toHaveLength(1);
      expect(partition.clusters.length).toBeGreaterThanOrEqual(partition.fewestCores);
      packed += units.length - partition.clusters.length;
    });
    expect(packed).toBeGreaterThan(50);
  });
  it('puts more on a core only where the mesh is too small, and says how many cores it takes', () => {
    const graph = network('add-spikes', 4), wide = smallChip({ axons: 16, neurons: 8, state: 256, partialSlots: 2, sync: 'dataflow', multicast: true, graded: 'repeat',
      sums: 'exact' });
    const roomy = mapGraph(graph, wide).partition.clusters, tight = mapGraph(graph, altered(wide, { mesh: { width: roomy.length - 1, height: 1 } })).partition.clusters;
    expect(tight.length).toBeLessThan(roomy.length);
    expect(Math.max(...tight.map(({ work }) => work))).toBeGreaterThan(Math.max(...roomy.map(({ work }) => work)));
  });
  it('refuses a mesh that is too small with the number of cores, and its hint names one that is not', () => {
    const model = randomModel({ seed: 3, exact: true, family: 'sdt-v1', dvs: false, frames: false, normalised: false, T: 2, grid: [8, 8], channels: 2, heads: 2, headWidth: 6,
      depths: 2, ratio: 2, pools: ['none', 'behind', 'none', 'behind'], decayInput: true,
      reset: 'zero', threshold: 1, attentionThreshold: 0.5 });
    const on = (width: number, height: number, deadCores: readonly number[] = []) => compile({ graph: model.graph, hash: '', classes: model.classes },
      altered(shipped('small32'), { mesh: { width, height, deadCores } }), { residual: 'auto', scale: 'max', bits: 8, seed: 1 });
    const refused = on(2, 2), [fault] = refused.ok ? [] : refused.faults, [, wanted] = /--mesh (\d+)x\1/.exec(fault?.hint ?? '') ?? [];
    expect(said([fault!])).toEqual([expect.stringMatching(/^C4103 the network takes \d+ cores; the 2x2 mesh has 4 that live$/)]);
    expect(on(Number(wanted), Number(wanted)).ok).toBe(true);
    const dead = on(2, 2, [3]);
    expect(dead.ok ? '' : dead.faults[0].message).toMatch(/the 2x2 mesh has 3 that live$/);
  });
});

describe('placement', () => {
  it('gives every cluster a live core of its own, and source and readout the io tile', () => {
    const deadCores = [0, 5, 25, 26, 300], io = 30;
    overSmallChips(({ placement: { coreOf }, partition: { clusters }, program }, arch) => {
      expect(new Set(coreOf).size).toBe(clusters.length);
      expect(coreOf.filter((core) => deadCores.includes(core) || core < 0 || core >= coreCount(arch))).toEqual([]);
      expect(clusters.flatMap((cluster, i) => (cluster.io ? [coreOf[i]] : []))).toEqual([io]);
      const ports = program.stages.filter(({ kind }) => kind === 'source' || kind === 'readout').map(({ id }) => id);
      expect(program.cores.find(({ core }) => core === io)!.stages).toEqual(expect.arrayContaining(ports));
    }, { deadCores, io });
  });
  it('is the same for the same seed, costs what it says, and no more than it began with', () => {
    overSmallChips(({ plan, partition, edges, placement }, arch) => {
      expect(place(plan, partition, edges, 3, arch, 9)).toEqual(place(plan, partition, edges, 3, arch, 9));
      const costOf = (coreOf: readonly number[]): number => {
        const at = (stage: number) => coreOf[partition.clusters.findIndex(({ stages }) => stages.includes(stage))], { width } = arch.mesh;
        return edges.reduce((sum, edge) => { const [a, b] = [at(edge.from), at(edge.to)]; return sum + flitsOf(edge, plan, 3,
          arch) * (Math.abs((a % width) - (b % width)) + Math.abs(Math.floor(a / width) - Math.floor(b / width))); }, 0);
      };
      const curve = hilbert(arch.mesh.width, arch.mesh.height).filter((core) => core !== arch.mesh.io),
        start = partition.clusters.map(({ io }) => (io ? arch.mesh.io : curve.shift()!));
      expect(placement.hopCost).toBeCloseTo(costOf(placement.coreOf), 6);
      expect(placement.hopCost).toBeLessThanOrEqual(costOf(start));
      expect(placement.hopCost).toBeGreaterThanOrEqual(placement.fewestHops);
    }, {}, 5);
  });
  it('begins on a curve that meets every core once, neighbour after neighbour on a square of a power of two', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (width, height) => {
      expect(hilbert(width, height).sort((a, b) => a - b)).toEqual(Array.from({ length: width * height }, (_, i) => i));
    }), { seed: 2, numRuns: 60 });
    const order = hilbert(8, 8), steps = order.slice(1).map((core, i) => Math.abs((core % 8) - (order[i] % 8)) + Math.abs((core >> 3) - (order[i] >> 3)));
    expect([...new Set(steps)]).toEqual([1]);
  });
  it('draws its numbers from the seed alone', () => {
    const draw = (seed: number) => { const next = generator(seed); return Array.from({ length: 5 }, next); };
    expect(draw(1)).toEqual(draw(1));
    expect(new Set([0, 1, 2, 0x9e3779b9].map((seed) => draw(seed).join())).size).toBe(4);
    expect(draw(0x9e3779b9).every((value) => value > 0)).toBe(true);  // the one seed that would stand still
  });
});

describe('edges and segments', () => {
  it('join exactly those stages of which one needs what the other writes, at the fewest positions', () => {
    overSmallChips(({ plan, edges }) => {
      const wanted = new Map<string, { from: number; to: number }>();
      for (const stage of plan.stages) {
        inputsOf(stage).forEach((region, index) => {
          for (let context = stage.contexts.from; context < stage.contexts.to; context++) visitNeeded(stage, index, context, plan.planes, (position) => {
            for (const writer of plan.stages) outputsOf(writer).forEach((written, output) => {
              if (written === 'sums' || written.plane !== region.plane || position < written.positions.from || position >= written.positions.to) return;
              if (written.channels.from >= region.channels.to || written.channels.to <= region.channels.from) return;
              const key = `${writer.id}.${output}>${stage.id}`, span = wanted.get(key) ?? { from: position, to: position + 1 };
              wanted.set(key, { from: Math.min(span.from, position), to: Math.max(span.to, position + 1) });
            });
          });
        });
        if (stage.kind === 'synapse' && stage.after !== undefined) wanted.set(`${stage.after}.0>${stage.id}`, stage.contexts);
        if (stage.kind === 'soma') for (const sums of stage.sums) wanted.set(`${sums}.0>${stage.id}`, stage.contexts);
      }
      expect(new Map(edges.map(({ from, output, to, positions }) => [`${from}.${output}>${to}`, positions]))).toEqual(wanted);
      expect(edges.map(({ messages, positions }) => messages - (positions.to - positions.from)).filter((off) => off !== 0)).toEqual([]);
    }, {}, 4);
  });
  it('cover each context that someone needs once, with all and only its readers', () => {
    overSmallChips(({ plan, edges, segments }) => {
      for (const stage of plan.stages) outputsOf(stage).forEach((_, output) => {
        const own = segments.filter((segment) => segment.from === stage.id && segment.output === output),
          readers = edges.filter((edge) => edge.from === stage.id && edge.output === output && edge.window.kind !== 'local');
        for (let context = 0; context < Math.max(0, ...readers.map(({ positions }) => positions.to)); context++) {
          const inside = own.filter(({ contexts }) => context >= contexts.from && context < contexts.to),
            need = readers.filter(({ positions }) => context >= positions.from && context < positions.to).map(({ id }) => id);
          expect([stage.id, context, inside.map((segment) => segment.edges)]).toEqual([stage.id, context, need.length ? [need] : []]);
        }
      });
    }, {}, 6);
  });
});

describe('routes', () => {
  const tile = fc.integer({ min: 0, max: 6 * 5 - 1 }), { arch } = altered(shipped('mesh45'), { mesh: { width: 6, height: 5 } });
  it('go along X, then along Y, on the fewest links', () => {
    fc.assert(fc.property(tile, tile, (from, to) => {
      const links = pathLinks(from, to, 6), walked = links.reduce((at, link) => { expect(link >> 2).toBe(at); return linkEnd(link, 6); }, from);
      expect(walked).toBe(to);
      expect(links).toHaveLength(Math.abs((from % 6) - (to % 6)) + Math.abs(Math.floor(from / 6) - Math.floor(to / 6)));
      expect(links.map((link) => Number((link & 3) > 1))).toEqual([...links.map((link) => Number((link & 3) > 1))].sort());
    }), { seed: 4, numRuns: 200 });
  });
  it('of a multicast are one tree that ends on the destinations and nowhere else, links in order away from the sender', () => {
    fc.assert(fc.property(tile, fc.array(tile, { minLength: 1, maxLength: 12 }), (from, to) => {
      const [tree, ...more] = copiesOf(from, to, arch), reached = new Set([from]), remote = new Set(to.filter((core) => core !== from));
      expect(more).toEqual([]);
      if (remote.size === 0) { expect(tree).toBeUndefined(); return; }
      for (const link of tree) {
        expect(reached.has(link >> 2)).toBe(true);   // connected, and in order
        expect(reached.has(linkEnd(link, 6))).toBe(false);  // no core twice: a tree
        reached.add(linkEnd(link, 6));
      }
      const leaves = [...reached].filter((core) => ![...tree].some((link) => link >> 2 === core));
      expect(leaves.filter((core) => !remote.has(core))).toEqual([]);
      expect([...remote].filter((core) => !reached.has(core))).toEqual([]);
    }), { seed: 5, numRuns: 300 });
  });
  it('without multicast are one path per destination core', () => {
    const alone: Arch = { ...arch, router: { ...arch.router, multicast: false } };
    fc.assert(fc.property(tile, fc.array(tile, { maxLength: 12 }), (from, to) => {
      const copies = copiesOf(from, to, alone);
      expect(copies.map((path) => linkEnd(path.at(-1)!, 6))).toEqual([...new Set(to)].filter((core) => core !== from).sort((a, b) => a - b));
      copies.forEach((path) => expect([...path]).toEqual(pathLinks(from, linkEnd(path.at(-1)!, 6), 6)));
    }), { seed: 6, numRuns: 100 });
  });
  it('over a dead link are refused with both its ends, on the layer that sends', () => {
    const graph = graphOf(input('image', '2x2', 2), conv('ca', 'image', 2, 4), lif('a', 'ca'), conv('cb', 'a', 4, 4), lif('b', 'cb'), head('b', 4));
    const target = altered(shipped('mesh45'), { mesh: { width: 4, height: 1 }, core: { neurons: 2, axons: 2 } }), result = mapGraph(graph, target),
      used = [...new Set(result.program.routes.flatMap(({ copies }) => copies.flatMap((copy) => [...copy])))];
    expect(used.length).toBeGreaterThan(2);
    const [from, to] = [used[0] >> 2, linkEnd(used[0], 4)], cutOff: Target = altered(target, { mesh: { deadLinks: [[from, to]] } }),
      program = emit(result, cutOff, { hash: '', steps: 3, classes: [] });
    const faults = program.ok ? [] : program.faults;
    expect(said(faults).every((text) => /^C4104 the X-then-Y route from core \d to core \d crosses a dead link$/.test(text))).toBe(true);
    expect(faults.some(({ message }) => message.includes(`from core ${from} to core ${to}`))).toBe(true);
    expect(faults.every(({ at }) => at?.in === 'graph' && graph.nodes.some(({ name }) => name === at.node))).toBe(true);
    const unused = [0, 1, 2].flatMap((core) => [4 * core, 4 * (core + 1) + 1]).find((link) => !used.includes(link) && !used.includes(4 * linkEnd(link, 4) + (1 - (link & 3))));
    if (unused !== undefined) expect(emit(result, altered(target, { mesh: { deadLinks: [[unused >> 2, linkEnd(unused, 4)]] } }),
      { hash: '', steps: 3, classes: [] }).ok).toBe(true);
  });
});

describe('the verifier of mappings', () => {
  const target = altered(shipped('mesh45'), { mesh: { width: 5, height: 5, deadCores: [7] }, core: { neurons: 4, axons: 18 } }),
    result = mapGraph(network('add-currents', 5), target), { partition: { clusters }, placement } = result;
  const verdict = (change: Partial<{ clusters: typeof clusters; coreOf: readonly number[]; arch: Arch }>): string[] =>
    said(verifyMapping({ ...result, partition: { ...result.partition, clusters: change.clusters ?? clusters },
      placement: { ...placement, coreOf: change.coreOf ?? placement.coreOf } }, change.arch ?? target.arch)).map((text) =>
        text.replace('C4105 the mapper broke its own law: ', ''));
  const moved = (cluster: number, core: number) => placement.coreOf.map((old, i) => (i === cluster ? core : old));
  const other = clusters.findIndex(({ io }) => !io), inside = clusters[other].stages[0];

  it('accepts what the mapper gives, for a chip that the program verifier accepts too', () => {
    expect(verdict({})).toEqual([]);
    expect(verifyProgram(result.program, target.arch)).toEqual([]);
    expect(clusters.length).toBeGreaterThan(3);
  });
  it('finds a stage on two clusters, and one on none', () => {
    expect(verdict({ clusters: clusters.map((cluster, i) => (i === (other + 1) ? { ...cluster, stages: [...cluster.stages, inside] }
      : cluster)) })).toContain(`stage ${inside} lies on two clusters`);
    expect(verdict({ clusters: clusters.map((cluster, i) => (i === other ? { ...cluster, stages: cluster.stages.slice(1) }
      : cluster)) })).toContain(`stage ${inside} lies on no cluster`);
  });
  it('finds a cluster off the mesh, on a dead core, on the core of another, and the io cluster away from its tile', () => {
    for (const core of [-1, 25, 7]) expect(verdict({ coreOf: moved(other, core) })).toEqual([`cluster ${other} lies on core ${core}, which is off the mesh or dead`]);
    expect(verdict({ coreOf: moved(other, placement.coreOf[other + 1]) })).toEqual([`core ${placement.coreOf[other + 1]} holds two clusters`]);
    const free = Array.from({ length: 25 }, (_, core) => core).find((core) => core !== 7 && !placement.coreOf.includes(core))!;
    expect(verdict({ coreOf: moved(clusters.findIndex(({ io }) => io), free) })).toEqual([`the io cluster lies on core ${free}, not on the io tile 0`]);
  });
  it('finds a core that is overfull in each of its memories', () => {
    for (const memory of ['weight', 'state', 'axon', 'table'] as const) expect([memory, verdict({ arch: altered(target,
      { memories: { [memory]: 3 } }).arch }).length > 0]).toEqual([memory, true]);
  });
  it('finds a soma apart from the sums it reads', () => {
    const soma = result.plan.stages.find((stage) => stage.kind === 'soma' && stage.sums.length > 0)!, home = clusters.findIndex(({ stages }) => stages.includes(soma.id)),
      away = clusters.findIndex((_, i) => i !== home);
    const torn = clusters.map((cluster, i) => (i === home ? { ...cluster, stages: cluster.stages.filter((id) => id !== soma.id) } : i === away
      ? { ...cluster, stages: [...cluster.stages, soma.id] } : cluster));
    expect(verdict({ clusters: torn })).toContain(`soma ${soma.id} is apart from the sums it reads`);
  });
});

afterAll(() => {
  const codes = [...readFileSync(new URL('../../compiler/map/faults.ts', import.meta.url), 'utf8').matchAll(/'(C\d{4})'/g)].map(([, code]) => code);
  expect(codes).toEqual([...new Set(codes)].sort());
  expect([...seen].sort()).toEqual(codes.slice(2));  // the first two: cut.test.ts
});
