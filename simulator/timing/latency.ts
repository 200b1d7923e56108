// How the cycle counts of a router compose: the delays of the network and the closed form of a lone packet.
import type { Chip } from '../../targets/contract/arch.ts';

export type Router = Chip['router'];

/**
 * From the injection queue to the router's local buffer, and from the switch to the core: one wire each, and one cycle in which the queue's head is taken.
 * With routing 0, VC allocation 1, switch allocation 1, traversal 1 and link 1 they give 6 + 4d, BookSim's zero-load latency (simulator.md section 5, V4).
 */
export const injectionCycles = 2;
export const ejectionCycles = 1;

/** A granted flit stands in the next buffer after switch allocation, traversal and link. */
export const flightCycles = ({ cycles }: Router): number => cycles.switchAllocate + cycles.traverse + cycles.link;

/**
 * A slot freed by a grant can be granted again upstream after switch allocation, link and credit delay: the flit leaves at the end of switch allocation, the credit
 * crosses the same wire back and is then processed. So BookSim composes `credit_delay` with its channels, and so saturation comes out where V4 saw it.
 */
export const turnaroundCycles = ({ cycles }: Router): number => cycles.switchAllocate + cycles.link + cycles.credit;

/** Cycles of a lone flit that follows its head: it needs no route and no channel of its own. */
const followLatency = (distance: number, { cycles }: Router): number =>
  (distance + 1) * (cycles.switchAllocate + cycles.traverse) + distance * cycles.link + injectionCycles + ejectionCycles;

/**
 * Cycles of a lone packet from its first flit's entry into the injection queue (one flit a cycle) to its tail's arrival at the core. machine.md section 8, law 6.
 * @param distance links between the two routers
 */
export const loneLatency = (distance: number, flits: number, router: Router): number =>
  followLatency(distance, router) + (distance + 1) * (router.cycles.route + router.cycles.vcAllocate) + flits - 1;

/**
 * Earliest arrival of the last packet of a message, alone in the network. Its tail follows its head a flit a cycle, or, where the core emits more slowly, catches up with it:
 * only the head pays for route and channel.
 * @param worked cycle at which the core begins to emit, one flit per `emit` cycles (0: all at once, but the queue's head still leaves one a cycle)
 * @param before flits emitted before this packet
 */
export function earliestArrival(worked: number, before: number, flits: number, emit: number, distance: number, router: Router): number {
  const head = worked + Math.max((before + 1) * emit, before), tail = worked + Math.max((before + flits) * emit, before + flits - 1);
  return Math.max(head + loneLatency(distance, flits, router), tail + followLatency(distance, router));
}
