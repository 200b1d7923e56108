// The passes in their order: one row each.
import { eliminate } from './eliminate.ts';
import { foldNorm } from './fold-norm.ts';
import { foldSteps } from './fold-steps.ts';
import { factorNorm } from './factor-norm.ts';
import { foldInput } from './fold-input.ts';
import { foldThreshold } from './fold-threshold.ts';
import { halfThreshold } from './half-threshold.ts';
import { hoist } from './hoist.ts';
import { quantise } from './quantise.ts';
import { orderAttention } from './order-attention.ts';
import { splitConcat } from './split-concat.ts';
import { proveRanges } from './prove-ranges.ts';
import type { Pass } from './pass.ts';

/** Real and still the published function. */
export const foldPasses: readonly Pass[] = [foldNorm, foldSteps, foldInput, foldThreshold];
/** Real, in the shape of the chip. */
export const shapePasses: readonly Pass[] = [halfThreshold, factorNorm, splitConcat, hoist];
/** Integer: the definition of the chip. */
export const integerPasses: readonly Pass[] = [quantise, eliminate, orderAttention, proveRanges];
export const passes: readonly Pass[] = [...foldPasses, ...shapePasses, ...integerPasses];
