// The table of operators on TensorFlow.js: one row each. What has no row runs its own `evaluate.real`.
import type { NodeOf } from '../../../compiler/ir/define-op.ts';
import type { ops } from '../../../compiler/ops/index.ts';
import type { Kernel } from './kernel.ts';
import { runAdd, runAffine, runAnd, runNorm, runRepeat } from './elementwise.ts';
import { runLif } from './lif.ts';
import { runOrTokens, runReadout, runSsa, runSumTokens } from './tokens.ts';
import { runConv, runHeadPool, runMaxPool } from './windows.ts';

export const kernels = { affine: runAffine, norm: runNorm, conv: runConv, repeat: runRepeat, lif: runLif, 'max-pool': runMaxPool, 'head-pool': runHeadPool, 'add-spikes': runAdd,
  'add-currents': runAdd, and: runAnd, 'sum-tokens': runSumTokens, 'or-tokens': runOrTokens, ssa: runSsa, readout: runReadout,
} as const satisfies { readonly [K in keyof typeof ops]?: Kernel<NodeOf<(typeof ops)[K]>> };
