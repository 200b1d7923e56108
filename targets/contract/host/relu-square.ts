// relu-square: the square of what is above 0.
import { ofEach } from './elementwise.ts';

const apply = (x: number): number => (x > 0 ? x * x : 0);

/** Source: SpikeGPT (arXiv 2302.13939), channel mixing. */
export const reluSquare = ofEach(apply, 2, (low, high) => [apply(low), apply(high)]);
