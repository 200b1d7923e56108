// The state of a mesh of routers, as a struct of typed arrays: made once per mesh and router configuration, reset between samples.
import { COLUMN, CORE, CREDITS, CURRENT, DOWNSTREAM, EAST, FLITS, FREE, NORTH, OWNER, SOURCE, SOUTH, UPSTREAM, WEST } from './layout.ts';
import { ejectionCycles, flightCycles, injectionCycles, turnaroundCycles } from './latency.ts';
import type { Router } from './latency.ts';

/** Things under way with one constant delay: a ring in order of time. `first` and `second` are read by whoever empties it. */
export type Line = { readonly time: Float64Array; readonly first: Int32Array; readonly second: Int32Array; readonly mask: number; head: number; tail: number };

export type Mesh = Readonly<{ width: number; height: number }>;

export type Network = {
  readonly mesh: Mesh; readonly router: Router; readonly routers: number; readonly shift: number; readonly isVct: boolean; readonly waitsForTail: boolean;
  /** Channels per port, flits per buffer, delays. */
  readonly channels: number; readonly slots: number; readonly flight: number; readonly turnaround: number; readonly ejection: number; readonly routeDelay: number; readonly allocateDelay: number;
  /** Records of `layout.ts`, and the rings of packets that wait behind a channel's current one. */
  readonly inputs: Int32Array; readonly forks: Int32Array; readonly outputs: Int32Array; readonly ports: Int32Array; readonly pairs: Int32Array; readonly nodes: Int32Array;
  readonly waiting: Int32Array;
  /** Injection queues (packet of each flit), the channel that the packet at the head has (-1: none) and its flits to go. */
  readonly queue: Int32Array; readonly queueSize: number; readonly queueHead: Int32Array; readonly queueCount: Int32Array; readonly queueMost: Int32Array;
  readonly sourceChannel: Int32Array; readonly sourceLeft: Int32Array;
  /** Routers and sources with something to do, as bits. */
  readonly activeRouters: Int32Array; readonly activeSources: Int32Array;
  readonly links: Float64Array;
  readonly flying: Line; readonly entering: Line; readonly ejecting: Line; readonly crediting: Line; readonly routing: Line; readonly allocating: Line;
  /** Packets: flits, tree (row of `trees`) or -1 - destination, what the sender calls it, tails still to be ejected. Slots are reused. */
  packetLength: Int32Array; packetTree: Int32Array; packetTag: Int32Array; packetLeft: Int32Array; packetFree: Int32Array; packetsFree: number; packetsOpen: number;
  /** Output ports as bits, per tree and router. */
  trees: Uint8Array;
  /** Tails ejected in this cycle: tag and core. */
  readonly deliveredTag: Int32Array; readonly deliveredCore: Int32Array; delivered: number;
  /** Router traversals and flits ejected so far. */
  traversals: number; ejected: number;
};

const line = (most: number): Line => {
  const size = 1 << (32 - Math.clz32(most + 1));
  return { time: new Float64Array(size), first: new Int32Array(size), second: new Int32Array(size), mask: size - 1, head: 0, tail: 0 };
};

export function push(into: Line, time: number, first: number, second: number): void {
  const at = into.tail;
  into.time[at] = time;
  into.first[at] = first;
  into.second[at] = second;
  into.tail = (at + 1) & into.mask;
}

/** An empty network. The router's parameters are those `checkRouter` accepts. */
export function createNetwork(mesh: Mesh, router: Router): Network {
  const routers = mesh.width * mesh.height, channels = router.virtualChannels, shift = 32 - Math.clz32(channels - 1), slots = router.bufferFlits;
  const portCount = routers * 8, inputs = portCount << shift, words = (routers + 31) >> 5, flight = flightCycles(router), turnaround = turnaroundCycles(router);
  const ejection = router.cycles.switchAllocate + router.cycles.traverse + ejectionCycles;
  const network: Network = {
    mesh, router, routers, shift, isVct: router.switching === 'vct', waitsForTail: router.waitForTailCredit, channels, slots, flight, turnaround, ejection,
    routeDelay: router.cycles.route, allocateDelay: router.cycles.vcAllocate,
    inputs: new Int32Array(inputs * 8), forks: new Int32Array(inputs * 16), outputs: new Int32Array(inputs * 4), ports: new Int32Array(portCount * 8), pairs: new Int32Array(portCount * 32),
    nodes: new Int32Array(routers * 4), waiting: new Int32Array(inputs * slots),
    queue: new Int32Array(routers * router.injectionFlits), queueSize: router.injectionFlits, queueHead: new Int32Array(routers), queueCount: new Int32Array(routers),
    queueMost: new Int32Array(routers), sourceChannel: new Int32Array(routers), sourceLeft: new Int32Array(routers),
    activeRouters: new Int32Array(words), activeSources: new Int32Array(words), links: new Float64Array(routers * 4),
    flying: line(routers * 4 * (flight + 1)), entering: line(routers * (injectionCycles + 1)), ejecting: line(routers * (ejection + 1)),
    crediting: line(routers * 5 * (turnaround + 1)), routing: line(inputs), allocating: line(inputs * 5),
    packetLength: new Int32Array(0), packetTree: new Int32Array(0), packetTag: new Int32Array(0), packetLeft: new Int32Array(0), packetFree: new Int32Array(0), packetsFree: 0, packetsOpen: 0,
    trees: new Uint8Array(0), deliveredTag: new Int32Array(routers), deliveredCore: new Int32Array(routers), delivered: 0, traversals: 0, ejected: 0,
  };
  reset(network);
  return network;
}

/** Empties the network: a sample starts on an empty chip, its arbiters at port 0. Trees stay; counters start again. */
export function reset(network: Network): void {
  const { inputs, outputs, ports, nodes, mesh, routers, slots, channels } = network;
  for (const array of [inputs, network.forks, outputs, ports, network.pairs, nodes, network.queueHead, network.queueCount, network.queueMost, network.sourceLeft,
    network.activeRouters, network.activeSources, network.links]) array.fill(0);
  for (let channel = 0; channel < outputs.length >> 2; channel++) {
    inputs[(channel << 3) | CURRENT] = -1;
    outputs[(channel << 2) | OWNER] = -1;
    outputs[(channel << 2) | CREDITS] = slots;
  }
  for (let port = 0; port < routers * 8; port++) {
    ports[(port << 3) | FREE] = channelBits(channels);
    ports[(port << 3) | DOWNSTREAM] = -1;
    ports[(port << 3) | UPSTREAM] = -1;
  }
  for (let at = 0; at < routers; at++) {
    nodes[(at << 2) | COLUMN] = at % mesh.width;
    if (at % mesh.width + 1 < mesh.width) join(ports, at * 8 + EAST, (at + 1) * 8 + WEST);
    if (at % mesh.width > 0) join(ports, at * 8 + WEST, (at - 1) * 8 + EAST);
    if (at >= mesh.width) join(ports, at * 8 + NORTH, (at - mesh.width) * 8 + SOUTH);
    if (at + mesh.width < routers) join(ports, at * 8 + SOUTH, (at + mesh.width) * 8 + NORTH);
    join(ports, at * 8 + SOURCE, at * 8 + CORE);
  }
  network.sourceChannel.fill(-1);
  for (const each of [network.flying, network.entering, network.ejecting, network.crediting, network.routing, network.allocating]) { each.head = 0; each.tail = 0; }
  network.packetsFree = network.packetFree.length;
  for (let i = 0; i < network.packetsFree; i++) network.packetFree[i] = network.packetsFree - 1 - i;
  network.packetsOpen = 0;
  network.delivered = 0;
  network.traversals = 0;
  network.ejected = 0;
}

function join(ports: Int32Array, output: number, input: number): void {
  ports[(output << 3) | DOWNSTREAM] = input;
  ports[(input << 3) | UPSTREAM] = output;
}

const channelBits = (channels: number): number => (channels === 32 ? -1 : (1 << channels) - 1);

/**
 * A packet that is about to be offered to a queue.
 * @param tree row of `trees`, or -1 - destination for dimension order
 * @param ejections cores that get it
 * @param tag comes back with each ejected tail
 */
export function openPacket(network: Network, flits: number, tree: number, ejections: number, tag: number): number {
  if (network.packetsFree === 0) growPackets(network);
  const packet = network.packetFree[--network.packetsFree];
  network.packetLength[packet] = flits;
  network.packetTree[packet] = tree;
  network.packetLeft[packet] = ejections;
  network.packetTag[packet] = tag;
  network.packetsOpen++;
  return packet;
}

function growPackets(network: Network): void {
  const size = network.packetLength.length, next = Math.max(256, size * 2);
  const grow = (array: Int32Array): Int32Array => { const grown = new Int32Array(next); grown.set(array); return grown; };
  network.packetLength = grow(network.packetLength);
  network.packetTree = grow(network.packetTree);
  network.packetLeft = grow(network.packetLeft);
  network.packetTag = grow(network.packetTag);
  network.packetFree = grow(network.packetFree);
  network.packetsFree = next - size;
  for (let i = 0; i < next - size; i++) network.packetFree[i] = next - 1 - i;
}

/** True when the core's injection queue takes another flit. */
export const hasRoom = (network: Network, core: number): boolean => network.queueCount[core] < network.queueSize;

/** Appends one flit of a packet to the injection queue of a core, which has room; the flits of a packet come one after the other. */
export function offer(network: Network, core: number, packet: number): void {
  const size = network.queueSize, count = network.queueCount[core];
  let at = network.queueHead[core] + count;
  if (at >= size) at -= size;
  network.queue[core * size + at] = packet;
  network.queueCount[core] = count + 1;
  if (count + 1 > network.queueMost[core]) network.queueMost[core] = count + 1;
  network.activeSources[core >> 5] |= 1 << (core & 31);
}

/** Next cycle in which anything can happen: the next one where a router or a source is active, else when the first thing under way arrives; Infinity in an empty or stuck network. */
export function nextCycle(network: Network, now: number): number {
  const { activeRouters, activeSources } = network;
  for (let i = 0; i < activeRouters.length; i++) if ((activeRouters[i] | activeSources[i]) !== 0) return now + 1;
  return Math.min(headTime(network.flying), headTime(network.entering), headTime(network.ejecting), headTime(network.crediting), headTime(network.routing), headTime(network.allocating));
}

const headTime = (of: Line): number => (of.head === of.tail ? Infinity : of.time[of.head]);

/** True when every buffer is empty and every credit and channel is back where it belongs. */
export function isAtRest(network: Network): boolean {
  const { slots, channels, shift, routers, inputs, outputs, ports } = network;
  if (network.packetsOpen > 0 || nextCycle(network, 0) !== Infinity) return false;
  for (let port = 0; port < routers * 8; port++) {
    if (ports[(port << 3) | FREE] !== channelBits(channels)) return false;
    for (let channel = port << shift; channel < (port << shift) + channels; channel++) {
      if (inputs[(channel << 3) | FLITS] !== 0 || inputs[(channel << 3) | CURRENT] !== -1 || outputs[(channel << 2) | CREDITS] !== slots) return false;
    }
  }
  return true;
}
