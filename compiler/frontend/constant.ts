// Constants of nodes.
import type { Tensor } from '../ir/types.ts';

/** A vector. */
export const constant = (...values: readonly number[]): Tensor => ({ shape: [values.length], data: Float64Array.from(values) });
