// Where the state of the routers lies: one array per kind of thing and one short record per thing, so that a flit's step touches few arrays and few cache lines
// (measured: an array per field costs half the speed, most of it bounds checks and base loads).
//
// A port is `router << 3 | output or input`, a channel `port << shift | number`, a branch of a channel's packet `channel << 3 | output`, a pair `output port << 3 | input`.

export const EAST = 0, WEST = 1, NORTH = 2, SOUTH = 3;
/** The core: ejection as an output, injection as an input. SOURCE is the core's network interface, which holds credits upstream of that input as a router does. */
export const CORE = 4, SOURCE = 5;

/**
 * Input channel, record of 8: flits stored, packets waiting behind the current one (ring), current packet (-1: none), its length, its flits that left, branches left and
 * branches at the switch (bits).
 */
export const FLITS = 0, WAITING_HEAD = 1, WAITING = 2, CURRENT = 3, LENGTH = 4, POPPED = 5, BRANCHES = 6, ACTIVE = 7;
/** Branch, record of 2: flits sent, output channel granted. Branches run on their own, each at its own flit; else two forked packets could hold what the other waits for. */
export const SENT = 0, GRANTED = 1;
/** Output channel, record of 4: credits, owner (branch, -1: none), 1 while the tail is sent but its credit not back. */
export const CREDITS = 0, OWNER = 1, DRAINING = 2;
/**
 * Port, record of 8: as output: channels without owner (bits), round-robin pointers over channels, inputs (VC allocation) and inputs (switch); as input: pointers over outputs
 * and channels; neighbours.
 */
export const FREE = 0, NEXT_CHANNEL = 1, ASK_INPUT = 2, OUTPUT_NEXT = 3, INPUT_NEXT = 4, READ_NEXT = 5, DOWNSTREAM = 6, UPSTREAM = 7;
/** Pair, record of 4: channels (bits) that ask for an output channel, round-robin pointer over them, channels (bits) whose next flit calls the switch. */
export const ASKING = 0, ASK_NEXT = 1, CALLING = 2;
/** Router, record of 4: requests for channels and for the switch (bits output * 5 + input), outputs where allocation is worth trying (bits), x. */
export const ASKS = 0, CALLS = 1, TRIES = 2, COLUMN = 3;
