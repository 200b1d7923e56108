// Constants that passes leave on nodes against golden ones: folded weights, thresholds in whole units.
import type { PassRecord } from '../../compiler/passes/run-passes.ts';
import type { GoldenConstant } from './held.ts';

/** worst: largest |difference| over the largest golden value. failure: why it is not what it should be, if it is not. */
export type ConstantDifference = Readonly<{ name: string; values: number; differing: number; worst: number; failure?: string }>;

/** A node that the pass has not left, or of another size, differs in every value. */
export function compareConstants(golden: readonly GoldenConstant[], records: readonly PassRecord[]): readonly ConstantDifference[] {
  return golden.map(({ name, after, node, param, values, tolerance }) => {
    const found = records.find((record) => record.name === after)?.graph.nodes.find((one) => one.name === node)?.params[param]?.data, largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    let differing = 0, worst = 0;
    values.forEach((wanted, i) => {
      const off = found?.length === values.length ? Math.abs(found[i] - wanted) / largest : Infinity;
      worst = Math.max(worst, off);
      if (!(off <= tolerance)) differing++;
    });
    return { name, values: values.length, differing, worst, ...(differing > 0 ? { failure: `${name}: ${differing} of ${values.length} constants of "${node}" after ${after} differ` } : {}) };
  });
}
