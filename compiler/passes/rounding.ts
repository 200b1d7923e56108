// Every rounding of real constants goes through here: by it a pass rounds, says whether that was exact, and (in a mixture) leaves some of it out.

/** By what the integers may differ from the real network, in the order in which it is told. */
export const mechanisms = {
  weights: 'weights, factors and step weights rounded to codes',
  thresholds: 'thresholds, biases and border corrections rounded to whole units',
  leak: 'what stays of a potential rounded to its fractional bits at every step',
  levels: 'thresholds of a ladder raised to the next whole number',
  gate: 'the sigmoid of a gate as a staircase, its small network in codes',
  host: 'results of the host rounded to whole units',
  plasticity: 'a plastic matrix, what it adds and its tanh in whole numbers, with the leak of its neuron',
  input: 'currents of the sample rounded to whole units',
} as const;
export type Mechanism = keyof typeof mechanisms;
export const mechanismNames = Object.keys(mechanisms) as Mechanism[];

/** What one mechanism does to one node. exact: nothing is lost by it. detail: what is lost, in words; empty where nothing is. */
export type Verdict = Readonly<{ node: string; mechanism: Mechanism; exact: boolean; detail: string }>;
/** Whether a mechanism of a node is rounded at all. */
export type Rounds = (node: string, mechanism: Mechanism) => boolean;
export const everything: Rounds = () => true;

type Tally = { mechanism: Mechanism; values: number; moved: number; worst: number; said: { exact: boolean; detail: string }[] };

/** One making of integers: rounds what it is told to, and remembers what each rounding moved. */
export class Roundings {
  readonly rounds: Rounds;
  readonly #tallies = new Map<string, Map<Mechanism, Tally>>();

  constructor(rounds: Rounds = everything) { this.rounds = rounds; }

  /** @param values in whole units of what holds them @param to the nearest that it holds */
  apply(node: string, mechanism: Mechanism, values: Float64Array, to: (value: number) => number = Math.round): Float64Array {
    const rounded = values.map((value) => to(value) + 0), tally = this.#tally(node, mechanism);  // no negative zero
    tally.values += values.length;
    for (let i = 0; i < values.length; i++) {
      const error = Math.abs(rounded[i] - values[i]);
      if (error > 0) tally.moved++;
      if (error > tally.worst) tally.worst = error;
    }
    return this.rounds(node, mechanism) ? rounded : values;
  }

  /** A verdict that no list of constants shows. @param detail in words, told where the mechanism is not exact */
  say(node: string, mechanism: Mechanism, exact: boolean, detail: string): void { this.#tally(node, mechanism).said.push({ exact, detail }); }

  verdicts(): readonly Verdict[] {
    return [...this.#tallies].flatMap(([node, tallies]) => mechanismNames.flatMap((mechanism): Verdict[] => {
      const tally = tallies.get(mechanism);
      if (!tally) return [];
      const { moved, values, worst, said } = tally, exact = moved === 0 && said.every((one) => one.exact);
      const details = [...said.map(({ detail }) => detail), moved > 0 ? `${moved} of ${values} values move, by up to ${worst.toPrecision(2)} units` : ''].filter(Boolean);
      return [{ node, mechanism, exact, detail: exact ? '' : details.join('; ') }];
    }));
  }

  #tally(node: string, mechanism: Mechanism): Tally {
    const tallies = this.#tallies.get(node) ?? new Map<Mechanism, Tally>(), tally = tallies.get(mechanism) ?? { mechanism, values: 0, moved: 0, worst: 0, said: [] };
    this.#tallies.set(node, tallies.set(mechanism, tally));
    return tally;
  }
}
