// Law 6 of machine.md section 8, the router's clauses: lone packets, link counts, credits, order, fairness, drain at the smallest buffers.
import { describe, expect, it } from 'vitest';
import { checkRouter } from '../../simulator/timing/check-router.ts';
import { CREDITS, FLITS } from '../../simulator/timing/layout.ts';
import { loneLatency } from '../../simulator/timing/latency.ts';
import { createNetwork, hasRoom, isAtRest, offer, openPacket, reset } from '../../simulator/timing/network.ts';
import type { Mesh, Network } from '../../simulator/timing/network.ts';
import { advance, receive } from '../../simulator/timing/router.ts';
import { drainNetwork } from '../../simulator/timing/traffic.ts';
import { treeLinks, writeTree } from '../../simulator/timing/trees.ts';
import { drawBelow, randomRouter, routerOf, v4Router } from './fixture.ts';
import type { Router } from './fixture.ts';

/** X first, then Y; written apart from the simulator's own. Link = 4 * router + (E 0, W 1, N 2, S 3). */
function walk(from: number, to: number, { width }: Mesh): number[] {
  const links: number[] = [];
  let x = from % width, y = Math.floor(from / width);
  const column = to % width, row = Math.floor(to / width);
  while (x !== column) { links.push(4 * (y * width + x) + (x < column ? 0 : 1)); x += x < column ? 1 : -1; }
  while (y !== row) { links.push(4 * (y * width + x) + (y < row ? 3 : 2)); y += y < row ? 1 : -1; }
  return links;
}

type Packet = Readonly<{ from: number; to: number; flits: number }>;
type Arrival = { packet: number; core: number; cycle: number };

/** Sends packets as fast as their queues take them, in order per sender, and drains. `to` below 0 is tree -1 - to. Returns arrivals in order. */
function sendAll(network: Network, packets: readonly Packet[], copies: (packet: Packet) => number = () => 1): Arrival[] {
  const queues: number[][] = Array.from({ length: network.routers }, () => []), arrivals: Arrival[] = [], open = new Int32Array(network.routers).fill(-1), left = new Int32Array(network.routers);
  const next = new Int32Array(network.routers);
  packets.forEach(({ from }, i) => queues[from].push(i));
  let waiting = packets.length, now = 0;
  for (; waiting > 0; now++) {
    if (now > 5_000_000) throw new Error('the sources never emptied');
    receive(network, now);
    for (let i = 0; i < network.delivered; i++) arrivals.push({ packet: network.deliveredTag[i], core: network.deliveredCore[i], cycle: now });
    for (let core = 0; core < network.routers; core++) {
      if (left[core] === 0 && next[core] < queues[core].length) {
        const number = queues[core][next[core]++], packet = packets[number];
        open[core] = openPacket(network, packet.flits, -1 - packet.to, copies(packet), number);
        left[core] = packet.flits;
      }
      if (left[core] > 0 && hasRoom(network, core)) {
        offer(network, core, open[core]);
        if (--left[core] === 0) waiting--;
      }
    }
    advance(network, now);
  }
  drainNetwork(network, now, (packet, core, cycle) => arrivals.push({ packet, core, cycle }));
  return arrivals;
}

const smallestOf = (flits: number): Router => routerOf({ virtualChannels: 1, bufferFlits: flits, injectionFlits: 1 }, [1, 1, 1, 1, 1, 1]);

describe('a lone packet', () => {
  it('takes 6 + 4d cycles on the V4 router', () => {
    for (let d = 0; d <= 14; d++) expect(loneLatency(d, 1, v4Router)).toBe(6 + 4 * d);
  });

  it('takes the closed form for every source, destination and length, on any router', () => {
    const mesh = { width: 4, height: 3 };
    for (let seed = 0; seed < 24; seed++) {
      const router = seed === 0 ? v4Router : randomRouter(seed), network = createNetwork(mesh, router);
      for (let from = 0; from < 12; from++) for (let to = 0; to < 12; to++) for (let flits = 1; flits <= router.bufferFlits; flits++) {
        reset(network);
        const [arrival, ...more] = sendAll(network, [{ from, to, flits }]);
        expect(more).toEqual([]);
        expect(arrival.cycle, JSON.stringify({ seed, from, to, flits, router })).toBe(loneLatency(walk(from, to, mesh).length, flits, router));
        expect(isAtRest(network)).toBe(true);
      }
    }
  });

  it('reaches each end of its tree in the closed form of that end', () => {
    const mesh = { width: 4, height: 4 };
    for (let seed = 1; seed < 20; seed++) {
      const router = randomRouter(seed), network = createNetwork(mesh, router), from = drawBelow(16, seed, 1, 0), to = [...new Set([0, 1, 2, 3, 4].map((i) => drawBelow(16, seed, 2, i)))];
      network.trees = new Uint8Array(16);
      writeTree(treeLinks(from, to, mesh), to, network.trees);
      // Lone branches of several flits keep pace with each other, whatever forks.
      const arrivals: Arrival[] = [], packet = openPacket(network, router.bufferFlits, 0, to.length, 0);
      let sent = 0;
      for (let now = 0; sent < router.bufferFlits; now++) { receive(network, now); offer(network, from, packet); sent++; advance(network, now); }
      drainNetwork(network, sent, (number, core, cycle) => arrivals.push({ packet: number, core, cycle }));
      expect(arrivals.map(({ core, cycle }) => [core, cycle]).sort((a, b) => a[0] - b[0]))
        .toEqual([...to].sort((a, b) => a - b).map((core) => [core, loneLatency(walk(from, core, mesh).length, router.bufferFlits, router)]));
      expect(isAtRest(network)).toBe(true);
    }
  });
});

describe('many packets', () => {
  const mesh = { width: 4, height: 4 };
  const drawn = (count: number, seed: number, longest: number, to: (i: number) => number = (i) => drawBelow(16, seed, 3, i)): Packet[] =>
    Array.from({ length: count }, (_, i) => ({ from: drawBelow(16, seed, 1, i), to: to(i), flits: 1 + drawBelow(longest, seed, 2, i) }));

  it('cross each link as often as a count by hand says, and give every credit and channel back', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const router = randomRouter(seed), network = createNetwork(mesh, router), packets = drawn(600, seed, router.bufferFlits), links = new Float64Array(64);
      for (const { from, to, flits } of packets) for (const link of walk(from, to, mesh)) links[link] += flits;
      const arrivals = sendAll(network, packets);
      expect(arrivals.map(({ packet }) => packet).sort((a, b) => a - b)).toEqual(packets.map((_, i) => i));
      expect(arrivals.every(({ packet, core }) => packets[packet].to === core)).toBe(true);
      expect(network.links).toEqual(links);
      expect(network.traversals).toBe(links.reduce((sum, flits) => sum + flits, 0) + packets.reduce((sum, { flits }) => sum + flits, 0));
      expect(isAtRest(network)).toBe(true);
    }
  });

  it('of wormhole routers drain too, packets far longer than the buffers', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const router: Router = { ...randomRouter(seed), switching: 'wormhole' }, network = createNetwork(mesh, router), packets = drawn(400, seed, 20), links = new Float64Array(64);
      for (const { from, to, flits } of packets) for (const link of walk(from, to, mesh)) links[link] += flits;
      expect(sendAll(network, packets).length).toBe(400);
      expect(network.links).toEqual(links);
      expect(isAtRest(network)).toBe(true);
    }
  });

  it('keep their order from one core to another where there is one channel', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const router: Router = { ...randomRouter(seed), virtualChannels: 1 }, packets = drawn(2000, seed, router.bufferFlits), last = new Map<string, number>();
      for (const { packet } of sendAll(createNetwork(mesh, router), packets)) {
        const flow = `${packets[packet].from} ${packets[packet].to}`;
        expect(packet).toBeGreaterThan(last.get(flow) ?? -1);
        last.set(flow, packet);
      }
    }
  });

  for (const [name, to] of [['random', undefined], ['hotspot', (i: number) => (i % 2 === 0 ? 5 : drawBelow(16, 9, 3, i))]] as const) {
    it(`100000 ${name} ones drain at the smallest legal buffers`, () => {
      const network = createNetwork(mesh, smallestOf(3)), packets = drawn(100_000, 9, 3, to), seen = new Uint8Array(packets.length);
      for (const { packet } of sendAll(network, packets)) seen[packet]++;
      expect(seen.every((count) => count === 1)).toBe(true);
      expect(isAtRest(network)).toBe(true);
    });
  }

  it('100000 multicast ones drain at the smallest legal buffers, each at every end once', () => {
    const network = createNetwork(mesh, smallestOf(3)), trees = 256;
    network.trees = new Uint8Array(trees * 16);
    const ends = Array.from({ length: trees }, (_, tree) => [...new Set(Array.from({ length: 6 }, (_, i) => drawBelow(16, 4, tree, i)))]);
    ends.forEach((to, tree) => writeTree(treeLinks(tree % 16, to, mesh), to, network.trees.subarray(tree * 16, tree * 16 + 16)));
    const packets = Array.from({ length: 100_000 }, (_, i) => { const tree = drawBelow(trees, 4, 1000, i); return { from: tree % 16, to: -1 - tree, flits: 1 + drawBelow(3, 4, 1001, i) }; });
    const seen = new Uint16Array(packets.length), arrivals = sendAll(network, packets, ({ to }) => ends[-1 - to].length);
    for (const { packet, core } of arrivals) seen[packet] |= 1 << core;
    expect(arrivals.length).toBe(packets.reduce((sum, { to }) => sum + ends[-1 - to].length, 0));
    expect(packets.every(({ to }, i) => seen[i] === ends[-1 - to].reduce((bits, core) => bits | 1 << core, 0))).toBe(true);
    expect(isAtRest(network)).toBe(true);
  });
});

describe('flows that share an output', () => {
  /** Packets of each flow delivered in the last `measure` cycles, all sources saturated. */
  function shares(mesh: Mesh, router: Router, flows: readonly (readonly [number, number])[], flits: number): number[] {
    const network = createNetwork(mesh, router), left = flows.map(() => 0), open = flows.map(() => -1), counts = flows.map(() => 0), warm = 600, measure = 6000;
    for (let now = 0; now < warm + measure; now++) {
      receive(network, now);
      if (now >= warm) for (let i = 0; i < network.delivered; i++) counts[network.deliveredTag[i]]++;
      flows.forEach(([from, to], flow) => {
        if (!hasRoom(network, from)) return;
        if (left[flow] === 0) { open[flow] = openPacket(network, flits, -1 - to, 1, flow); left[flow] = flits; }
        offer(network, from, open[flow]);
        left[flow]--;
      });
      advance(network, now);
    }
    return counts;
  }

  it('get half each, one packet more or less, at a link and at a core, for any channels and lengths', () => {
    for (const virtualChannels of [1, 2, 4]) for (const flits of [1, 3, 8]) for (const waitForTailCredit of [false, true]) {
      const router = routerOf({ virtualChannels, waitForTailCredit });
      for (const flows of [[[0, 2], [1, 2]], [[0, 1], [2, 1]]] as const) {
        const [a, b] = shares({ width: 3, height: 1 }, router, flows, flits);
        expect(Math.abs(a - b), JSON.stringify({ virtualChannels, flits, waitForTailCredit, flows, a, b })).toBeLessThanOrEqual(1);
        expect(a).toBeGreaterThan(100);
      }
    }
  });

  it('use all of it where buffers cover the turnaround', () => {
    const [a, b] = shares({ width: 3, height: 1 }, routerOf({ virtualChannels: 4 }), [[0, 2], [1, 2]], 1);
    expect(a + b).toBeGreaterThanOrEqual(5999);
  });

  it('a long packet is not starved by short ones', () => {
    const router = routerOf({ virtualChannels: 1, bufferFlits: 8 }), network = createNetwork({ width: 3, height: 1 }, router);
    const packets = Array.from({ length: 400 }, () => ({ from: 1, to: 2, flits: 1 }));
    const arrivals = sendAll(network, [{ from: 0, to: 2, flits: 8 }, ...packets]);
    expect(arrivals.findIndex(({ packet }) => packet === 0)).toBeLessThan(50);
  });
});

describe('credits', () => {
  /** Cycles between arrivals of one saturated flow of single-flit packets over two links. */
  function period(router: Router): number {
    const network = createNetwork({ width: 3, height: 1 }, router), at: number[] = [];
    for (let now = 0; now < 1200; now++) {
      receive(network, now);
      for (let i = 0; i < network.delivered; i++) at.push(now);
      if (hasRoom(network, 0)) offer(network, 0, openPacket(network, 1, -3, 1, 0));
      advance(network, now);
    }
    const gaps = at.slice(-10).map((cycle, i, all) => (i === 0 ? 0 : cycle - all[i - 1])).slice(1);
    expect(new Set(gaps).size).toBe(1);
    return gaps[0];
  }
  /** From one grant of the only slot of a link's buffer to the next: channel, flight, route, channel and switch there, and the credit's way back. */
  const turn = ({ cycles: { route, vcAllocate, switchAllocate, traverse, link, credit } }: Router): number =>
    vcAllocate + (switchAllocate + traverse + link) + route + vcAllocate + (switchAllocate + link + credit);

  it('let a buffer of one flit be used once per turnaround, on any router', () => {
    for (let seed = 1; seed < 20; seed++) {
      const router: Router = { ...randomRouter(seed), virtualChannels: 1, bufferFlits: 1, waitForTailCredit: false };
      expect(period(router), JSON.stringify(router)).toBe(Math.max(turn(router), 2 + turn(router) - router.cycles.vcAllocate - router.cycles.switchAllocate - router.cycles.traverse - router.cycles.link));
    }
  });

  it('of tails hold a channel for a whole turnaround where the router waits for them, however deep its buffers', () => {
    const router = routerOf({ virtualChannels: 1, bufferFlits: 8 }, [1, 1, 1, 1, 1, 2]);
    expect(period({ ...router, waitForTailCredit: true })).toBe(turn(router));
    expect(period(router)).toBeLessThan(turn(router) / 2);
  });

  it('never let a buffer hold more flits than it has, or take a credit that is not there', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const router: Router = { ...randomRouter(seed), switching: seed % 2 ? 'vct' : 'wormhole', injectionFlits: 16 }, network = createNetwork({ width: 3, height: 3 }, router), longest = seed % 2 ? router.bufferFlits : 12;
      const open = new Int32Array(9), left = new Int32Array(9);
      for (let now = 0; now < 1500; now++) {
        receive(network, now);
        for (let core = 0; core < 9; core++) {
          if (!hasRoom(network, core)) continue;
          if (left[core] === 0) { left[core] = 1 + drawBelow(longest, seed, core, now); open[core] = openPacket(network, left[core], -1 - drawBelow(9, seed, core + 9, now), 1, 0); }
          offer(network, core, open[core]);
          left[core]--;
        }
        advance(network, now);
        for (let at = 0; at < network.inputs.length; at += 8) if (network.inputs[at | FLITS] > router.bufferFlits || network.inputs[at | FLITS] < 0) throw new Error(`seed ${seed}, cycle ${now}: ${network.inputs[at | FLITS]} flits in a buffer of ${router.bufferFlits}`);
        for (let at = 0; at < network.outputs.length; at += 4) if (network.outputs[at | CREDITS] > router.bufferFlits || network.outputs[at | CREDITS] < 0) throw new Error(`seed ${seed}, cycle ${now}: ${network.outputs[at | CREDITS]} credits`);
      }
      expect(network.ejected).toBeGreaterThan(100);
    }
  });
});

describe('checkRouter', () => {
  it('accepts every router the tests draw and the V4 one', () => {
    for (let seed = 0; seed < 50; seed++) expect(checkRouter(randomRouter(seed))).toEqual([]);
    expect(checkRouter(v4Router)).toEqual([]);
  });

  it('names every parameter that cannot be run', () => {
    const faults = checkRouter(routerOf({ virtualChannels: 33, bufferFlits: 0, injectionFlits: 1.5 }, [-1, 1, 1, 1, 1, 1]));
    expect(faults.map(({ code, at }) => [code, at?.in === 'option' && at.option])).toEqual([['S2101', 'router.virtualChannels'], ['S2101', 'router.bufferFlits'], ['S2101', 'router.injectionFlits'], ['S2101', 'router.cycles.route']]);
    expect(checkRouter(routerOf({}, [1, 1, 0, 0, 0, 1])).map(({ at }) => at?.in === 'option' && at.option)).toEqual(['router.cycles.link']);
    expect(checkRouter(routerOf({}, [1, 1, 0, 1, 0, 0])).map(({ at }) => at?.in === 'option' && at.option)).toEqual(['router.cycles.credit']);
  });
});
