// Buffers, channels and credits of the routers: what a flit, a credit or a packet at the front changes. No allocation, no closures.
import { ACTIVE, ASKING, ASKS, BRANCHES, CALLING, CALLS, COLUMN, CORE, CREDITS, CURRENT, DOWNSTREAM, DRAINING, EAST, FLITS, FREE, GRANTED, LENGTH, NEXT_CHANNEL, NORTH, OWNER, POPPED,
  SENT, SOURCE, SOUTH, TRIES, WAITING, WAITING_HEAD, WEST } from './layout.ts';
import { injectionCycles } from './latency.ts';
import { push } from './network.ts';
import type { Network } from './network.ts';

/** First set bit at or after `from`, round robin, of up to five bits: next[from * 32 + bits]. */
export const next = new Uint8Array(5 * 32);
for (let from = 0; from < 5; from++) for (let bits = 1; bits < 32; bits++) for (let i = 4; i >= 0; i--) if (bits >> ((from + i) % 5) & 1) next[from * 32 + bits] = (from + i) % 5;

export const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);
/** First set bit at or after `from`, round robin, of up to 32 bits. */
export function nextBit(bits: number, from: number): number {
  const after = bits & (-1 << from);
  return lowest(after === 0 ? bits : after);
}

/** A flit enters a buffer; `packet` is -1 for all but the head. */
export function arrive(network: Network, channel: number, packet: number, now: number): void {
  const { inputs } = network, record = channel << 3;
  inputs[record | FLITS]++;
  if (packet < 0) {
    if (inputs[record | WAITING] > 0) return;  // it belongs to a packet further back
    for (let rest = inputs[record | ACTIVE]; rest !== 0; rest &= rest - 1) call(network, record | lowest(rest));
  } else if (inputs[record | CURRENT] < 0) begin(network, channel, packet, now);
  else {
    const size = network.slots, count = inputs[record | WAITING];
    let at = inputs[record | WAITING_HEAD] + count;
    if (at >= size) at -= size;
    network.waiting[channel * size + at] = packet;
    inputs[record | WAITING] = count + 1;
  }
}

/** The packet behind the one that has left comes to the front in cycle `front`. */
export function beginNext(network: Network, channel: number, front: number): void {
  const { inputs, slots } = network, record = channel << 3, head = inputs[record | WAITING_HEAD];
  inputs[record | WAITING_HEAD] = head + 1 === slots ? 0 : head + 1;
  inputs[record | WAITING]--;
  begin(network, channel, network.waiting[channel * slots + head], front);
}

function begin(network: Network, channel: number, packet: number, front: number): void {
  const { inputs, forks } = network, record = channel << 3, tree = network.packetTree[packet], at = channel >> (network.shift + 3);
  const branches = tree >= 0 ? network.trees[tree * network.routers + at] : 1 << directionTo(network, at, -1 - tree);
  inputs[record | CURRENT] = packet;
  inputs[record | LENGTH] = network.packetLength[packet];
  inputs[record | POPPED] = 0;
  inputs[record | BRANCHES] = branches;
  for (let rest = branches; rest !== 0; rest &= rest - 1) forks[((record | lowest(rest)) << 1) | SENT] = 0;
  if (network.routeDelay === 0) ask(network, channel);
  else push(network.routing, front + network.routeDelay, channel, 0);
}

/** Dimension order: X, then Y. */
function directionTo(network: Network, at: number, to: number): number {
  const columns = network.nodes[(to << 2) | COLUMN] - network.nodes[(at << 2) | COLUMN];
  if (columns !== 0) return columns > 0 ? EAST : WEST;
  return to === at ? CORE : to > at ? SOUTH : NORTH;
}

/** The packet in front asks for one output channel per branch. */
export function ask(network: Network, channel: number): void {
  const { pairs, nodes } = network, port = channel >> network.shift, at = port >> 3, input = port & 7, own = 1 << (channel & ((1 << network.shift) - 1));
  const branches = network.inputs[(channel << 3) | BRANCHES], node = at << 2;
  let asks = 0;
  for (let rest = branches; rest !== 0; rest &= rest - 1) {
    const output = lowest(rest);
    pairs[(((((at << 3) | output) << 3) | input) << 2) | ASKING] |= own;
    asks |= 1 << (output * 5 + input);
  }
  nodes[node | ASKS] |= asks;
  nodes[node | TRIES] |= branches;
  network.activeRouters[at >> 5] |= 1 << (at & 31);
}

/** A free channel of an output port that takes a packet, or -1. `vct` wants credits for the whole packet; a core takes everything. */
export function freeChannel(network: Network, port: number, flits: number): number {
  const { shift, ports, outputs } = network, start = ports[(port << 3) | NEXT_CHANNEL];
  let free = ports[(port << 3) | FREE];
  if (free === 0) return -1;
  if ((port & 7) === CORE || !network.isVct) return nextBit(free, start);
  while (free !== 0) {
    const channel = nextBit(free, start);
    if (outputs[(((port << shift) | channel) << 2) | CREDITS] >= flits) return channel;
    free &= ~(1 << channel);
  }
  return -1;
}

export function enterSwitch(network: Network, branch: number): void {
  network.inputs[(branch & ~7) | ACTIVE] |= 1 << (branch & 7);
  call(network, branch);
}

/** A branch calls the switch if its next flit is there (and, where credits are not reserved, a credit for it). */
function call(network: Network, branch: number): void {
  const { inputs, forks, shift } = network, record = branch & ~7, channel = branch >> 3, output = branch & 7;
  if (forks[(branch << 1) | SENT] - inputs[record | POPPED] >= inputs[record | FLITS]) return;
  if (!network.isVct && output !== CORE && network.outputs[(forks[(branch << 1) | GRANTED] << 2) | CREDITS] === 0) return;
  const port = channel >> shift, at = port >> 3, input = port & 7;
  network.pairs[(((((at << 3) | output) << 3) | input) << 2) | CALLING] |= 1 << (channel & ((1 << shift) - 1));
  network.nodes[(at << 2) | CALLS] |= 1 << (output * 5 + input);
  network.activeRouters[at >> 5] |= 1 << (at & 31);
}

/** A slot of the buffer behind an output channel is free again; whoever waited for it wakes. */
export function takeCredit(network: Network, channel: number): void {
  const { outputs, shift } = network, record = channel << 2, port = channel >> shift, at = port >> 3, output = port & 7;
  const credits = ++outputs[record | CREDITS];
  if (outputs[record | DRAINING] !== 0 && credits === network.slots) {
    outputs[record | DRAINING] = 0;
    network.ports[(port << 3) | FREE] |= 1 << (channel & ((1 << shift) - 1));
  }
  if (output === SOURCE) {
    if (network.queueCount[at] > 0) network.activeSources[at >> 5] |= 1 << (at & 31);
    return;
  }
  retry(network, at, output);
  if (network.isVct) return;
  const branch = outputs[record | OWNER];
  if (branch >= 0 && (network.inputs[(branch & ~7) | ACTIVE] >> output & 1) !== 0) call(network, branch);
}

/** Requests for an output channel, if there are any, are looked at again. */
function retry(network: Network, at: number, output: number): void {
  const { nodes } = network, node = at << 2;
  if (((nodes[node | ASKS] >> (output * 5)) & 31) === 0) return;
  nodes[node | TRIES] |= 1 << output;
  network.activeRouters[at >> 5] |= 1 << (at & 31);
}

/** A tail has passed: the output channel is free, at once or when the tail's credit is back, which is when all are. */
export function leaveChannel(network: Network, channel: number): void {
  const { outputs, shift } = network, port = channel >> shift;
  outputs[(channel << 2) | OWNER] = -1;
  if (network.waitsForTail && (port & 7) !== CORE) {
    outputs[(channel << 2) | DRAINING] = 1;
    return;
  }
  network.ports[(port << 3) | FREE] |= 1 << (channel & ((1 << shift) - 1));
  if ((port & 7) !== SOURCE) retry(network, port >> 3, port & 7);
}

/** The network interface of a core sends one flit of its queue. Returns whether it has more to try in the next cycle; else a credit or an offer wakes it. */
export function inject(network: Network, at: number, now: number): boolean {
  const { shift, ports, outputs, queue, queueSize, queueHead, queueCount, sourceChannel, sourceLeft } = network, port = (at << 3) | SOURCE, head = queueHead[at];
  if (queueCount[at] === 0) return false;
  const packet = queue[at * queueSize + head], flits = network.packetLength[packet];
  if (sourceChannel[at] < 0) {
    const given = freeChannel(network, port, flits);
    if (given < 0) return false;
    ports[(port << 3) | FREE] &= ~(1 << given);
    ports[(port << 3) | NEXT_CHANNEL] = given + 1 === network.channels ? 0 : given + 1;
    sourceChannel[at] = (port << shift) | given;
    sourceLeft[at] = flits;
  }
  const channel = sourceChannel[at];
  if (!network.isVct && outputs[(channel << 2) | CREDITS] === 0) return false;
  outputs[(channel << 2) | CREDITS]--;
  push(network.entering, now + injectionCycles, (ports[(port << 3) | DOWNSTREAM] << shift) | (channel & ((1 << shift) - 1)), sourceLeft[at] === flits ? packet : -1);
  queueHead[at] = head + 1 === queueSize ? 0 : head + 1;
  queueCount[at]--;
  if (--sourceLeft[at] === 0) {
    sourceChannel[at] = -1;
    leaveChannel(network, channel);
  }
  return queueCount[at] > 0;
}
