// sigmoid: 1 / (1 + exp(-x)).
import { ofEach } from './elementwise.ts';

const apply = (x: number): number => 1 / (1 + Math.exp(-x));

export const sigmoid = ofEach(apply, 3, (low, high) => [apply(low), apply(high)]);
