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

/**
 * Cycles of a lone packet from its first flit's entry into the injection queue (one flit a cycle) to its tail's arrival at the core. machine.md section 8, law 6.
 * @param distance links between the two routers
 */
export const loneLatency = (distance: number, flits: number, { cycles }: Router): number =>
  (distance + 1) * (cycles.route + cycles.vcAllocate + cycles.switchAllocate + cycles.traverse) + distance * cycles.link + injectionCycles + ejectionCycles + flits - 1;
