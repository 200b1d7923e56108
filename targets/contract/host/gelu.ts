// gelu: x times the share of a standard normal below x (the erf form).
import { ofEach } from './elementwise.ts';
import { normalBelow } from './normal.ts';

/** Where gelu is least: normalBelow(x) + x * density(x) = 0. It falls before and rises after. */
const valley = -0.7517915246935645;

/** x at minus infinity gives 0, not a product of infinity and 0. */
const apply = (x: number): number => (x < -40 ? 0 : x * normalBelow(x));

/** Source: Hendrycks and Gimpel, Gaussian Error Linear Units (arXiv 1606.08415), equation 1; BERT's `gelu`. */
export const gelu = ofEach(apply, 2, (low, high) => [low <= valley && valley <= high ? apply(valley) : Math.min(apply(low), apply(high)), Math.max(apply(low), apply(high))]);
