// Figures of the benchmark: speeds beside their ratio to the calibration kernel of the same process, and the goals that such ratios are held against.

/**
 * value: in units a second, or seconds. ratio: for a speed the units done while the calibration kernel does one addition or a billion, as `ratioUnit` says;
 * for a duration the billions of additions that it lasts. Ratios compare between machines; values do not.
 */
export type Figure = Readonly<{ part: 'kernels' | 'compiler' | 'function' | 'timing' | 'float'; name: string; value: number; unit: string; ratio: number; ratioUnit: string }>;

/** A goal of simulator.md sections 1, 8 and 9 as a ratio within one run. */
export type Goal = Readonly<{ name: string; ratio: number; least: number; verdict: 'meets' | 'below'; source: string }>;

/** What a kernel does about once per addition of the yardstick; all other units stand beside a billion of them. */
const fineUnits: readonly string[] = ['SOP', 'updates', 'MAC'];

/** Turns speeds and durations into figures. additions: a second, of the calibration kernel. */
export class Yardstick {
  readonly additions: number;

  constructor(additions: number) { this.additions = additions; }

  speed(part: Figure['part'], name: string, perSecond: number, unit: string): Figure {
    const isFine = fineUnits.includes(unit);
    const ratio = perSecond / this.additions * (isFine ? 1 : 1e9), ratioUnit = `${unit} per ${isFine ? 'addition' : 'billion additions'}`;
    return { part, name, value: perSecond, unit: `${unit}/s`, ratio, ratioUnit };
  }

  duration(part: Figure['part'], name: string, seconds: number): Figure {
    return { part, name, value: seconds, unit: 's', ratio: seconds * this.additions / 1e9, ratioUnit: 'billion additions' };
  }
}

export const goal = (name: string, ratio: number, least: number, source: string): Goal => ({ name, ratio, least, verdict: ratio >= least ? 'meets' : 'below', source });

/**
 * Seconds of the fastest of some runs on this thread: what the code costs, not what the machine was doing besides. Wall time has the waiting in it and processor time
 * the compiler's and collector's helper threads; the thread's own time is below both.
 */
export function fastest(runs: number, run: () => void): number {
  let best = Infinity;
  for (let i = 0; i < runs; i++) {
    const start = performance.now(), used = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(used);
    best = Math.min(best, (performance.now() - start) / 1e3, (user + system) / 1e6);
  }
  return best;
}
