// Bounds of a membrane: u = floor(keep * R(u, s)) + I over all steps, from the bounds of I. What is stored is R(u, s), after the spike test.
import type { Rule } from '../program.ts';
import type { Interval } from './intervals.ts';

type Lif = Extract<Rule, { kind: 'lif' }>;

const kept = (rule: Lif, value: number): number => Math.floor((rule.keep[0] * value) / rule.keep[1]);

/**
 * Least u after `steps` steps, u = 0 before the first. A membrane below its threshold is carried whole; one that fired leaves at least 0 (threshold >= 1, u >= threshold).
 * The recurrence is monotone: once a step changes nothing, none does. With everything kept it grows by the same amount each step.
 */
function leastMembrane(rule: Lif, low: number, steps: number): number {
  if (low >= 0) return Math.min(low, 0);
  if (rule.keep[0] === rule.keep[1]) return low * steps;
  let least = low;
  for (let step = 1; step < steps; step++) {
    const next = kept(rule, least) + low;
    if (next === least) break;
    least = next;
  }
  return least;
}

/** Greatest membrane that is stored, after the spike test: below the threshold, or, where firing subtracts, what was left of the greatest u. */
function greatestStored(rule: Lif, threshold: number, high: number, steps: number): number {
  let greatest = 0;
  for (let step = 0; step < steps; step++) {
    const u = kept(rule, greatest) + high, below = Math.min(u, threshold - 1);
    const next = Math.max(greatest, rule.reset === 'subtract' ? Math.max(below, u - threshold) : below);
    if (next === greatest) break;
    greatest = next;
  }
  return greatest;
}

/** Bounds of what state memory holds, over all columns and steps. thresholds >= 1; current: bounds of I per column, bias included. */
export function membraneBounds(rule: Lif, current: Interval, steps: number): readonly [low: number, high: number] {
  let least = Infinity, greatest = -Infinity;
  for (let i = 0; i < current.low.length; i++) {
    least = Math.min(least, leastMembrane(rule, current.low[i], steps));
    greatest = Math.max(greatest, greatestStored(rule, rule.thresholds[i], current.high[i], steps));
  }
  return [least, greatest];
}
