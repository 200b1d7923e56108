// The yardstick of all benchmarks: a loop so simple that its speed is the machine's, not the code's.

/** Bytes that one call of `calibrate` adds: 8 KiB, inside any first-level cache. */
export const calibrationBytes = 8192;

/**
 * Widening add, the calibration kernel of simulator.md section 9 without vector units: 8 KiB of int8, sign-extended and added into eight 32-bit accumulators.
 * Speeds are printed as additions here per addition there.
 * @returns the sum, so that no compiler drops the loop
 */
export function calibrate(bytes: Int8Array): number {
  let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0, sum5 = 0, sum6 = 0, sum7 = 0;
  for (let i = 0; i < calibrationBytes; i += 8) {
    sum0 = sum0 + bytes[i] | 0;
    sum1 = sum1 + bytes[i + 1] | 0;
    sum2 = sum2 + bytes[i + 2] | 0;
    sum3 = sum3 + bytes[i + 3] | 0;
    sum4 = sum4 + bytes[i + 4] | 0;
    sum5 = sum5 + bytes[i + 5] | 0;
    sum6 = sum6 + bytes[i + 6] | 0;
    sum7 = sum7 + bytes[i + 7] | 0;
  }
  return sum0 + sum1 + sum2 + sum3 + sum4 + sum5 + sum6 + sum7;
}
