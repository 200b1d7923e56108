// Synthetic traffic on the router network: latency and accepted load, measured as BookSim measures them.
import type { Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { packetTooLong, trafficOutOfRange } from '../faults.ts';
import { checkRouter } from './check-router.ts';
import type { Router } from './latency.ts';
import { createNetwork, hasRoom, nextCycle, offer, openPacket } from './network.ts';
import type { Mesh, Network } from './network.ts';
import { advance, receive } from './router.ts';
import { draw } from './random.ts';
import { createPattern, patterns } from './patterns.ts';
import type { Pattern, PatternName } from './patterns.ts';

/**
 * load: flits per node and cycle, offered; flits: length of a packet; branches: destinations of a multicast packet, hotspotShare: share of the packets that go to the middle of the mesh.
 * Packets are created by a coin toss per node and cycle for warmUp + measure cycles and on while the measured ones drain, for at most `drain` cycles.
 */
export type TrafficOptions = Readonly<{ mesh: Mesh; router: Router; pattern: PatternName; load: number; flits?: number; seed?: number; branches?: number; hotspotShare?: number;
  warmUp?: number; measure?: number; drain?: number }>;

/**
 * latency: cycles from a packet's creation to the ejection of its tail, mean and worst over the packets created in the measured window (every destination counts once); 0 if none was.
 * accepted: flits ejected per node and cycle in that window; routers: mean number of routers passed. isStable: all measured packets arrived within the limit, in 500 cycles on average.
 */
export type TrafficResult = Readonly<{ latency: number; worst: number; packets: number; offered: number; accepted: number; routers: number; isStable: boolean;
  cycles: number; traversals: number }>;

const defaults = { flits: 1, seed: 0, branches: 4, hotspotShare: 0.1, warmUp: 3000, measure: 10000, drain: 50000 };
/** BookSim's `latency_thres`. */
const latencyLimit = 500;

type Settings = Readonly<Required<TrafficOptions>>;

/**
 * Offers synthetic traffic to a mesh of routers, with an unlimited source queue before each injection queue.
 * Faults: S2101 (router), S2103 (packet longer than a buffer under vct), S2104 (option out of range).
 */
export function runTraffic(options: TrafficOptions): Outcome<TrafficResult> {
  const settings: Settings = { ...defaults, ...options };
  const faults = check(settings);
  return faults.length > 0 ? fail(...faults) : succeed(measureTraffic(settings));
}

function check(settings: Settings): readonly Fault[] {
  const faults: Fault[] = [...checkRouter(settings.router)];
  const want = (isRight: boolean, option: string, wanted: string, came: unknown): void => { if (!isRight) faults.push(trafficOutOfRange(option, wanted, String(came))); };
  const isCount = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;
  const { mesh, router, load, flits, seed, branches, hotspotShare, warmUp, measure, drain, pattern } = settings;
  want(isCount(mesh.width, 1, 256) && isCount(mesh.height, 1, 256) && mesh.width * mesh.height > 1, 'mesh', '1 to 256 routers wide and high, and more than one', `${mesh.width}x${mesh.height}`);
  want(patterns.includes(pattern), 'pattern', patterns.join(', '), pattern);
  want(isCount(flits, 1, 65536), 'flits', 'a whole number from 1 to 65536', flits);
  want(Number.isFinite(load) && load > 0 && load <= flits, 'load', `above 0 and at most one packet (${flits} flits) per node and cycle`, load);
  want(isCount(seed, 0, 4294967295), 'seed', 'a whole number from 0 to 2^32 - 1', seed);
  want(isCount(branches, 1, 64), 'branches', 'a whole number from 1 to 64', branches);
  want(hotspotShare >= 0 && hotspotShare <= 1, 'hotspotShare', 'from 0 to 1', hotspotShare);
  want(isCount(warmUp, 0, 1e8), 'warmUp', 'a whole number from 0 to 10^8', warmUp);
  want(isCount(measure, 1, 1e8), 'measure', 'a whole number from 1 to 10^8', measure);
  want(isCount(drain, 0, 1e8), 'drain', 'a whole number from 0 to 10^8', drain);
  want(pattern !== 'multicast' || router.switching === 'vct', 'pattern', 'unicast where the router switches by wormhole', pattern);
  if (router.switching === 'vct' && flits > router.bufferFlits) faults.push(packetTooLong(flits, router.bufferFlits));
  return faults;
}

/** Packets that wait in the source queues or are under way: when created, destination or tree, arrivals to go, next in the queue. Slots are reused. */
type Records = { created: Float64Array; tree: Int32Array; left: Int32Array; next: Int32Array; free: number };

function grow(records: Records): void {
  const size = records.created.length, more = size === 0 ? 1024 : size * 2;
  const extend = <T extends Float64Array | Int32Array>(old: T, fresh: T): T => { fresh.set(old); return fresh; };
  records.created = extend(records.created, new Float64Array(more));
  records.tree = extend(records.tree, new Int32Array(more));
  records.left = extend(records.left, new Int32Array(more));
  records.next = extend(records.next, new Int32Array(more));
  for (let i = size; i < more; i++) records.next[i] = i + 1 < more ? i + 1 : -1;
  records.free = size;
}

function measureTraffic(settings: Settings): TrafficResult {
  const { mesh, router, load, flits, seed, warmUp, measure, drain } = settings;
  const network = createNetwork(mesh, router), nodes = mesh.width * mesh.height, pattern = createPattern(settings), chance = load / flits * 4294967296;
  network.trees = pattern.trees;
  const records: Records = { created: new Float64Array(0), tree: new Int32Array(0), left: new Int32Array(0), next: new Int32Array(0), free: -1 };
  const queueFirst = new Int32Array(nodes).fill(-1), queueLast = new Int32Array(nodes).fill(-1), sending = new Int32Array(nodes).fill(-1), flitsLeft = new Int32Array(nodes);
  const from = warmUp, to = warmUp + measure, end = to + drain;
  let outstanding = 0, packets = 0, arrivals = 0, sum = 0, worst = 0, routers = 0, before = 0, after = 0, now = 0;
  for (; now < end && (now < to || outstanding > 0); now++) {
    if (now === from) before = network.ejected;
    if (now === to) after = network.ejected;
    receive(network, now);
    for (let i = 0; i < network.delivered; i++) {
      const record = network.deliveredTag[i], created = records.created[record];
      if (created >= from && created < to) {
        const latency = now - created;
        arrivals++;
        sum += latency;
        if (latency > worst) worst = latency;
        if (records.left[record] === 1) outstanding--;
      }
      if (--records.left[record] > 0) continue;
      records.next[record] = records.free;
      records.free = record;
    }
    for (let node = 0; node < nodes; node++) {
      if (draw(seed, node, 2 * now) < chance) {
        if (records.free < 0) grow(records);
        const record = records.free, tree = pattern.treeOf(node, 2 * now + 1);
        records.free = records.next[record];
        records.created[record] = now;
        records.tree[record] = tree;
        records.left[record] = pattern.ejections(tree);
        records.next[record] = -1;
        if (queueFirst[node] < 0) queueFirst[node] = record;
        else records.next[queueLast[node]] = record;
        queueLast[node] = record;
        if (now >= from && now < to) {
          outstanding++;
          packets++;
          routers += pattern.routers(node, tree);
        }
      }
      if (flitsLeft[node] === 0 && queueFirst[node] >= 0) {
        const record = queueFirst[node];
        queueFirst[node] = records.next[record];
        sending[node] = openPacket(network, flits, records.tree[record], records.left[record], record);
        flitsLeft[node] = flits;
      }
      if (flitsLeft[node] > 0 && hasRoom(network, node)) {
        offer(network, node, sending[node]);
        flitsLeft[node]--;
      }
    }
    advance(network, now);
  }
  if (now <= to) after = network.ejected;
  const latency = arrivals === 0 ? 0 : sum / arrivals;
  return { latency, worst, packets, offered: load, accepted: (after - before) / (nodes * measure), routers: packets === 0 ? 0 : routers / packets,
    isStable: outstanding === 0 && latency <= latencyLimit, cycles: now, traversals: network.traversals };
}

/** Lets a network without new packets run until nothing can happen any more. Returns the cycle at which that was. */
export function drainNetwork(network: Network, from: number, delivered?: (tag: number, core: number, now: number) => void): number {
  let now = from;
  for (let next = nextCycle(network, now - 1); next !== Infinity; next = nextCycle(network, now)) {
    now = next;
    receive(network, now);
    if (delivered) for (let i = 0; i < network.delivered; i++) delivered(network.deliveredTag[i], network.deliveredCore[i], now);
    advance(network, now);
  }
  return now;
}

export type { Pattern, PatternName };
