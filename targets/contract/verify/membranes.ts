// Bounds of a membrane over all steps, from the bounds of its current I: what state memory holds between steps (after the spike test), and what is kept of it before I is added.
import type { Rule } from '../program.ts';
import type { Interval } from './intervals.ts';

type Lif = Extract<Rule, { kind: 'lif' }>;
type Elastic = Extract<Rule, { kind: 'elastic' }>;
type Bounds = readonly [low: number, high: number];

const kept = ({ keep, rounding }: Lif, value: number): number => (rounding === 'ceil' ? Math.ceil : Math.floor)((keep[0] * value) / keep[1]);

/**
 * Least u after `steps` steps, u = 0 before the first. A membrane that did not fire is carried whole; one that fired leaves at least 0 (threshold >= 0, u >= threshold).
 * The recurrence is monotone: once a step changes nothing, none does. With everything kept it grows by the same amount each step.
 */
function leastMembrane(rule: Lif, low: number, steps: number): number {
  if (low >= 0) return 0;
  if (rule.keep[0] === rule.keep[1]) return low * steps;
  let least = low;
  for (let step = 1; step < steps; step++) {
    const next = kept(rule, least) + low;
    if (next === least) break;
    least = next;
  }
  return least;
}

/** Greatest membrane that is stored: the greatest that does not fire, or what firing leaves of the greatest u. */
function greatestStored(rule: Lif, threshold: number, high: number, steps: number): number {
  const silent = rule.fires === '>' ? threshold : threshold - 1;
  let greatest = 0;
  for (let step = 0; step < steps; step++) {
    const u = kept(rule, greatest) + high, left = u <= silent || rule.reset === 'zero' ? 0 : rule.reset === 'subtract' ? u - threshold : threshold;
    const next = Math.max(greatest, Math.min(u, silent), left);
    if (next === greatest) break;
    greatest = next;
  }
  return greatest;
}

const span = (values: readonly number[]): Bounds => [Math.min(...values), Math.max(...values)];

/** dividend / divisor, or the odd one of its two neighbours; it rises with the dividend. */
function odd(dividend: number, divisor: number): number {
  const floor = Math.floor(dividend / divisor);
  return floor * divisor !== dividend && floor % 2 === 0 ? floor + 1 : floor;
}

/** Bounds of u and of what is kept of it, over the steps, for one column; the spike before says which fraction is kept, and between which values u lay. */
function elasticBounds(rule: Elastic, column: number, columns: number, low: number, high: number, steps: number): Readonly<{ stored: Bounds; before: Bounds }> {
  const unit = 2 ** rule.fractionBits, one = 2 ** rule.keepBits;
  let now: Bounds = [0, 0], threshold = 0, stored: Bounds = [0, 0], before: Bounds = [0, 0];
  for (let step = 0; step < steps; step++) {
    const parts = [[now[0], Math.min(now[1], -threshold - 1)], [Math.max(now[0], -threshold), Math.min(now[1], threshold)], [Math.max(now[0], threshold + 1), now[1]]];
    const left = span(parts.flatMap(([from, to], spike) => (from > to ? [] : [from, to].map((u) => odd(rule.keeps[3 * step + spike] * u, one)))));
    now = [left[0] + low * unit, left[1] + high * unit];
    threshold = rule.thresholds[step * columns + column];
    before = span([...before, ...left]);
    stored = span([...stored, ...now]);
    if (Math.max(-now[0], now[1]) > Number.MAX_SAFE_INTEGER) break;  // far beyond any width
  }
  return { stored, before };
}

function lifBounds(rule: Lif, threshold: number, low: number, high: number, steps: number): Bounds {
  const unit = 2 ** rule.fractionBits;
  return [leastMembrane(rule, low * unit, steps), greatestStored(rule, threshold, high * unit, steps)];
}

/** Bounds of u before its reset by column, in whole units of the current: what is kept of the furthest that is stored, and the current. */
export function potentialsOf(rule: Lif, { low, high }: Interval, steps: number): Interval {
  const unit = 2 ** rule.fractionBits, bounds = Array.from(low, (each, i) => lifBounds(rule, rule.thresholds[i], each, high[i], steps));
  return { low: low.map((each, i) => Math.floor(Math.min(each, kept(rule, bounds[i][0]) / unit + each))), high: high.map((each, i) => Math.floor(Math.max(each, kept(rule, bounds[i][1]) / unit + each))) };
}

/**
 * Over all columns and steps, in the unit of u. stored: what state memory holds. before: what is kept of it, to which the current is then added.
 * @param current bounds of I per column, bias included
 */
export function membraneBounds(rule: Lif | Elastic, current: Interval, steps: number): Readonly<{ stored: Bounds; before: Bounds }> {
  let stored: Bounds = [0, 0], before: Bounds = [0, 0];
  const columns = current.low.length;
  for (let i = 0; i < columns; i++) {
    if (rule.kind === 'elastic') {
      const bounds = elasticBounds(rule, i, columns, current.low[i], current.high[i], steps);
      stored = span([...stored, ...bounds.stored]);
      before = span([...before, ...bounds.before]);
    } else before = stored = span([...stored, ...lifBounds(rule, rule.thresholds[i], current.low[i], current.high[i], steps)]);  // at most all of it is kept
  }
  return { stored, before };
}
