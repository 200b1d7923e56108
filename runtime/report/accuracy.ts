// What the answers are worth: accuracy with its interval, agreement with the float network, errors of the logits.
import type { ReportInput } from './input.ts';
import type { Report } from './schema.ts';
import { equalCount, wilson } from './statistics.ts';

/** A confusion table of more classes than this is a wall of zeros. */
const mostConfusion = 32;

export function accuracyOf({ samples, labels, chipLabels, float, ties, program }: ReportInput): Report['accuracy'] {
  const n = samples.function,
    share = (equal: number): number => equal / n;
  if (n === 0) return { samples: 0, ties };
  const chip = labels && equalCount(labels, chipLabels, n),
    reference = labels && float && equalCount(labels, float.labels, n),
    agreed = float && equalCount(float.labels, chipLabels, n);
  const confusion = labels && program.classes.length <= mostConfusion ? confuse(labels, chipLabels, n, program.classes.length) : undefined;
  return {
    samples: n,
    ...(reference !== undefined && { float: share(reference), floatInterval: wilson(reference, n)! }),
    ...(chip !== undefined && { chip: share(chip), interval: wilson(chip, n)! }),
    ...(agreed !== undefined && { agreement: share(agreed), agreementInterval: wilson(agreed, n)! }),
    ties,
    ...(confusion && { confusion }),
  };
}

function confuse(labels: Int32Array, answers: Int32Array, n: number, classes: number): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < n; i++) if (labels[i] >= 0 && labels[i] < classes && answers[i] < classes) table[labels[i]][answers[i]]++;
  return table;
}

export function referenceOf({ samples, float, chipLogits, program }: ReportInput): NonNullable<Report['reference']> | undefined {
  if (!float) return undefined;
  let worst = 0,
    sum = 0,
    largest = 0;
  const values = samples.function * program.classes.length;
  for (let i = 0; i < values; i++) {
    const error = Math.abs(float.logits[i] - chipLogits[i]);
    worst = Math.max(worst, error);
    sum += error;
    largest = Math.max(largest, Math.abs(float.logits[i]));
  }
  return { engine: float.engine, reasons: float.reasons, worstLogitError: worst, meanLogitError: values > 0 ? sum / values : 0, largestLogit: largest };
}
