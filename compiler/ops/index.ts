// The table of operators: one row each.
import { source } from './source.ts';
import { affine } from './affine.ts';
import { norm } from './norm.ts';
import { conv } from './conv.ts';
import { repeat } from './repeat.ts';
import { lif } from './lif.ts';
import { maxPool } from './max-pool.ts';
import { headPool } from './head-pool.ts';
import { addSpikes } from './add-spikes.ts';
import { addCurrents } from './add-currents.ts';
import { and } from './and.ts';
import { sumTokens } from './sum-tokens.ts';
import { orTokens } from './or-tokens.ts';
import { ssa } from './ssa.ts';
import { readout } from './readout.ts';
import { or } from './or.ts';
import { xor } from './xor.ts';
import { sumHeads } from './sum-heads.ts';
import { orHeads } from './or-heads.ts';
import { sumPool } from './sum-pool.ts';
import { ladder } from './ladder.ts';
import { gain } from './gain.ts';
import { concat } from './concat.ts';
import { slice } from './slice.ts';
import { upsample } from './upsample.ts';
import { mixSteps } from './mix-steps.ts';
import { spikeProduct } from './spike-product.ts';
import { gate } from './gate.ts';
import { elastic } from './elastic.ts';
import { plastic } from './plastic.ts';
import { scaleSteps } from './scale-steps.ts';
import { hamming } from './hamming.ts';
import { gelu } from './gelu.ts';
import { layerNorm } from './layer-norm.ts';
import { softmax } from './softmax.ts';
import { sigmoid } from './sigmoid.ts';
import { reluSquare } from './relu-square.ts';
import { line } from './line.ts';
import { product } from './product.ts';
import { sum } from './sum.ts';
import { tokenMix } from './token-mix.ts';
import { tokenScores } from './token-scores.ts';
import { tokenShift } from './token-shift.ts';
import { wkv } from './wkv.ts';
import { normSums } from './norm-sums.ts';
import { shiftSum } from './shift-sum.ts';

export const ops = { source, affine, norm, conv, repeat, lif, 'max-pool': maxPool, 'head-pool': headPool, 'add-spikes': addSpikes, 'add-currents': addCurrents, and,
  'sum-tokens': sumTokens, 'or-tokens': orTokens, ssa, readout,
  or, xor, 'sum-heads': sumHeads, 'or-heads': orHeads, 'sum-pool': sumPool, ladder, gain, concat, slice, upsample, 'spike-product': spikeProduct, 'mix-steps': mixSteps, hamming, gate,
  'scale-steps': scaleSteps, elastic, plastic,
  // On the host.
  gelu, 'layer-norm': layerNorm, line, softmax, sigmoid, 'relu-square': reluSquare, product, sum, 'token-shift': tokenShift, wkv, 'norm-sums': normSums, 'shift-sum': shiftSum,
  'token-scores': tokenScores, 'token-mix': tokenMix } as const;
export { source, affine, norm, conv, repeat, lif, maxPool, headPool, addSpikes, addCurrents, and, sumTokens, orTokens, ssa, readout, or, xor, sumHeads, orHeads, sumPool, ladder, gain, concat, slice, upsample,
  spikeProduct, mixSteps, hamming, gate, scaleSteps, elastic, plastic };
export { gelu, layerNorm, line, softmax, sigmoid, reluSquare, product, sum, tokenShift, wkv, normSums, shiftSum, tokenScores, tokenMix };
