// One cycle of every active router: what arrives, which packets get channels, which flits cross the switch. No allocation, no closures.
import { arrive, ask, beginNext, enterSwitch, freeChannel, inject, leaveChannel, lowest, next, nextBit, takeCredit } from './buffers.ts';
import { ACTIVE, ASKING, ASKS, ASK_INPUT, ASK_NEXT, BRANCHES, CALLING, CALLS, CORE, CREDITS, CURRENT, DOWNSTREAM, FLITS, FREE, GRANTED, INPUT_NEXT, LENGTH, NEXT_CHANNEL, OUTPUT_NEXT, OWNER,
  POPPED, READ_NEXT, SENT, TRIES, UPSTREAM, WAITING } from './layout.ts';
import { push } from './network.ts';
import type { Network } from './network.ts';

/*
 * A cycle is `receive`, then whatever cores do, then `advance`. Routers meet only through lines of at least one cycle, so each decides on the old state of its neighbours
 * whatever the order. Within a router the phases run in the order of the pipeline, so that a stage of 0 cycles falls into the cycle of the one before it.
 *
 * No deadlock: a head gets a channel only with credits for its whole packet, so a granted branch always runs to its tail and needs nothing else; a packet waits only for channels
 * further along its dimension order (X, then Y), whose packets end at cores, and ejection always sinks. Forks keep this because each branch has its own read pointer.
 */

/** Output of a request bit [output * 5 + input]; all request bits of a set of outputs. */
const outputOf = Uint8Array.from({ length: 25 }, (_, bit) => Math.floor(bit / 5));
const rowsOf = Int32Array.from({ length: 32 }, (_, outputs) => [0, 1, 2, 3, 4].reduce((rows, output) => rows | (outputs >> output & 1) * (31 << (output * 5)), 0));

/** Delivers what is due: credits, flits, finished route and channel stages, and tails at cores (`deliveredTag`, `deliveredCore`). */
export function receive(network: Network, now: number): void {
  const { crediting, flying, entering, routing, allocating, ejecting } = network;
  while (crediting.head !== crediting.tail && crediting.time[crediting.head] <= now) {
    const channel = crediting.first[crediting.head];
    crediting.head = (crediting.head + 1) & crediting.mask;
    takeCredit(network, channel);
  }
  while (flying.head !== flying.tail && flying.time[flying.head] <= now) {
    const at = flying.head;
    flying.head = (at + 1) & flying.mask;
    arrive(network, flying.first[at], flying.second[at], now);
  }
  while (entering.head !== entering.tail && entering.time[entering.head] <= now) {
    const at = entering.head;
    entering.head = (at + 1) & entering.mask;
    arrive(network, entering.first[at], entering.second[at], now);
  }
  while (routing.head !== routing.tail && routing.time[routing.head] <= now) {
    const channel = routing.first[routing.head];
    routing.head = (routing.head + 1) & routing.mask;
    ask(network, channel);
  }
  while (allocating.head !== allocating.tail && allocating.time[allocating.head] <= now) {
    const branch = allocating.first[allocating.head];
    allocating.head = (allocating.head + 1) & allocating.mask;
    enterSwitch(network, branch);
  }
  network.delivered = 0;
  while (ejecting.head !== ejecting.tail && ejecting.time[ejecting.head] <= now) {
    const packet = ejecting.first[ejecting.head];
    network.deliveredTag[network.delivered] = network.packetTag[packet];
    network.deliveredCore[network.delivered++] = ejecting.second[ejecting.head];
    ejecting.head = (ejecting.head + 1) & ejecting.mask;
    if (--network.packetLeft[packet] === 0) {
      network.packetFree[network.packetsFree++] = packet;
      network.packetsOpen--;
    }
  }
}

/** Lets every active source and router decide and move. */
export function advance(network: Network, now: number): void {
  const { activeSources, activeRouters, nodes } = network;
  for (let word = 0; word < activeSources.length; word++) {
    for (let bits = activeSources[word]; bits !== 0; bits &= bits - 1) {
      const bit = lowest(bits);
      if (!inject(network, (word << 5) | bit, now)) activeSources[word] &= ~(1 << bit);
    }
  }
  for (let word = 0; word < activeRouters.length; word++) {
    for (let bits = activeRouters[word]; bits !== 0; bits &= bits - 1) {
      const bit = lowest(bits), at = (word << 5) | bit, node = at << 2;
      if (nodes[node | TRIES] !== 0) allocateChannels(network, at, now);
      if (nodes[node | CALLS] !== 0) allocateSwitch(network, at, now);
      if ((nodes[node | TRIES] | nodes[node | CALLS]) === 0) activeRouters[word] &= ~(1 << bit);
    }
  }
}

/**
 * Output by output, free channels go to requests in round-robin order of inputs, then of their channels. A request whose packet does not fit any free channel holds the others back:
 * else short packets would take every credit before a long one has enough. An output without success sleeps until a credit or a channel comes back.
 */
function allocateChannels(network: Network, at: number, now: number): void {
  const { shift, channels, nodes, ports, pairs, forks, outputs } = network, node = at << 2;
  let tries = nodes[node | TRIES];
  nodes[node | TRIES] = 0;
  for (; tries !== 0; tries &= tries - 1) {
    const output = lowest(tries), port = (at << 3) | output, record = port << 3;
    let asking = (nodes[node | ASKS] >> (output * 5)) & 31;
    while (asking !== 0) {
      const input = next[ports[record | ASK_INPUT] * 32 + asking], pair = ((port << 3) | input) << 2, from = nextBit(pairs[pair | ASKING], pairs[pair | ASK_NEXT]);
      const channel = (((at << 3) | input) << shift) | from, given = freeChannel(network, port, network.inputs[(channel << 3) | LENGTH]);
      if (given < 0) break;
      const branch = (channel << 3) | output, left = pairs[pair | ASKING] & ~(1 << from);
      pairs[pair | ASKING] = left;
      pairs[pair | ASK_NEXT] = from + 1 === channels ? 0 : from + 1;
      if (left === 0) {
        nodes[node | ASKS] &= ~(1 << (output * 5 + input));
        asking &= ~(1 << input);
      }
      ports[record | FREE] &= ~(1 << given);
      ports[record | ASK_INPUT] = input === 4 ? 0 : input + 1;
      ports[record | NEXT_CHANNEL] = given + 1 === channels ? 0 : given + 1;
      forks[(branch << 1) | GRANTED] = (port << shift) | given;
      outputs[(((port << shift) | given) << 2) | OWNER] = branch;
      if (network.allocateDelay === 0) enterSwitch(network, branch);
      else push(network.allocating, now + network.allocateDelay, branch, 0);
    }
  }
}

/**
 * iSLIP in two rounds: each output grants one calling input, each input accepts one output; pointers move on grants of the first round.
 * An input reads one flit a cycle: further outputs join if they granted the same flit of the same fork.
 */
function allocateSwitch(network: Network, at: number, now: number): void {
  const { ports, nodes } = network, base = at << 3, node = at << 2;
  let rows = nodes[node | CALLS];
  if ((rows & (rows - 1)) === 0) {  // one call: most cycles of most routers
    const bit = lowest(rows), output = outputOf[bit];
    cross(network, at, bit - output * 5, output, 1 << output, 0, now);
    return;
  }
  let openInputs = 31, openOutputs = 31;
  for (let round = 0; round < 2 && rows !== 0; round++) {
    let grants = 0, granted = 0;
    while (rows !== 0) {
      const output = outputOf[lowest(rows)], row = output * 5, input = next[ports[((base | output) << 3) | OUTPUT_NEXT] * 32 + ((rows >> row) & 31)];
      rows &= ~(31 << row);
      grants |= 1 << (input * 5 + output);
      granted |= 1 << input;
    }
    openInputs &= ~granted;
    for (; granted !== 0; granted &= granted - 1) {
      const input = lowest(granted), offers = (grants >> (input * 5)) & 31;
      openOutputs &= ~cross(network, at, input, next[ports[((base | input) << 3) | INPUT_NEXT] * 32 + offers], offers, round, now);
    }
    // Every row keeps the inputs that are still open (no carries: five bits times ones five apart); closed outputs lose their row.
    rows = nodes[node | CALLS] & (openInputs * 0x108421) & rowsOf[openOutputs];
  }
}

/** An input accepts output `first` among the `offers` of outputs that granted it. Returns the outputs that are used, as bits. */
function cross(network: Network, at: number, input: number, first: number, offers: number, round: number, now: number): number {
  const { ports, pairs, forks, shift } = network, base = at << 3, port = base | input;
  const own = nextBit(pairs[((((base | first) << 3) | input) << 2) | CALLING], ports[(port << 3) | READ_NEXT]), channel = (port << shift) | own;
  const flit = forks[(((channel << 3) | first) << 1) | SENT];
  ports[(port << 3) | READ_NEXT] = own + 1 === network.channels ? 0 : own + 1;
  if (round === 0) {
    ports[(port << 3) | INPUT_NEXT] = first === 4 ? 0 : first + 1;
    ports[((base | first) << 3) | OUTPUT_NEXT] = input === 4 ? 0 : input + 1;
  }
  let used = 1 << first;
  for (let rest = offers & ~used; rest !== 0; rest &= rest - 1) {
    const output = lowest(rest);
    if ((pairs[((((base | output) << 3) | input) << 2) | CALLING] >>> own & 1) === 0 || forks[(((channel << 3) | output) << 1) | SENT] !== flit) continue;
    if (round === 0) ports[((base | output) << 3) | OUTPUT_NEXT] = input === 4 ? 0 : input + 1;
    used |= 1 << output;
    send(network, at, input, channel, output, now);
  }
  send(network, at, input, channel, first, now);
  return used;
}

/** One flit of a branch crosses the switch. It leaves its buffer, and its credit goes back, with the last branch that wants it. */
function send(network: Network, at: number, input: number, channel: number, output: number, now: number): void {
  const { shift, inputs, forks, outputs, ports } = network, branch = (channel << 3) | output, record = channel << 3, numbers = (1 << shift) - 1;
  const out = forks[(branch << 1) | GRANTED], flit = forks[(branch << 1) | SENT], isTail = flit + 1 === inputs[record | LENGTH], port = (at << 3) | output;
  forks[(branch << 1) | SENT] = flit + 1;
  network.traversals++;
  if (output === CORE) {
    network.ejected++;
    if (isTail) push(network.ejecting, now + network.ejection, inputs[record | CURRENT], at);
  } else {
    outputs[(out << 2) | CREDITS]--;
    network.links[(at << 2) | output]++;
    push(network.flying, now + network.flight, (ports[(port << 3) | DOWNSTREAM] << shift) | (out & numbers), flit === 0 ? inputs[record | CURRENT] : -1);
  }
  if (isTail) {
    inputs[record | BRANCHES] &= ~(1 << output);
    inputs[record | ACTIVE] &= ~(1 << output);
    leaveChannel(network, out);
  }
  if (flit === inputs[record | POPPED] && isLast(network, record, flit)) {
    inputs[record | POPPED] = flit + 1;
    inputs[record | FLITS]--;
    push(network.crediting, now + network.turnaround, (ports[(((at << 3) | input) << 3) | UPSTREAM] << shift) | (channel & numbers), 0);
    if (flit + 1 === inputs[record | LENGTH]) {
      inputs[record | CURRENT] = -1;
      if (inputs[record | WAITING] > 0) beginNext(network, channel, now + 1);
    }
  }
  if (!isTail && flit + 1 - inputs[record | POPPED] < inputs[record | FLITS] && (network.isVct || output === CORE || outputs[(out << 2) | CREDITS] > 0)) return;
  const pair = ((port << 3) | input) << 2, calling = network.pairs[pair | CALLING] & ~(1 << (channel & numbers));
  network.pairs[pair | CALLING] = calling;
  if (calling === 0) network.nodes[(at << 2) | CALLS] &= ~(1 << (output * 5 + input));
}

/** True when no branch still wants this flit. */
function isLast(network: Network, record: number, flit: number): boolean {
  for (let rest = network.inputs[record | BRANCHES]; rest !== 0; rest &= rest - 1) if (network.forks[((record | lowest(rest)) << 1) | SENT] <= flit) return false;
  return true;
}
