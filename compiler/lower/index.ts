// The lowering rules: one row per chip operator; a missing one is a type error here.
import type { NodeOf } from '../ir/define-op.ts';
import type { ops } from '../ops/index.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { lowerSource } from './source.ts';
import { lowerConv } from './conv.ts';
import { lowerRepeat } from './repeat.ts';
import { lowerLif } from './lif.ts';
import { lowerAnd, lowerHeadPool, lowerMaxPool, lowerOr, lowerOrHeads, lowerOrTokens, lowerSumHeads, lowerSumPool, lowerSumTokens, lowerUpsample, lowerXor } from './pools.ts';
import { lowerConcat, lowerSlice } from './channels.ts';
import { lowerGain } from './gain.ts';
import { lowerElastic } from './elastic.ts';
import { lowerLadder } from './ladder.ts';
import { lowerAddCurrents, lowerAddSpikes } from './adds.ts';
import { lowerHamming, lowerSpikeProduct, lowerSsa } from './attention.ts';
import { lowerMixSteps } from './mix-steps.ts';
import { lowerGate } from './gate.ts';
import { lowerPlastic } from './plastic.ts';
import { lowerReadout } from './readout.ts';

type Ops = typeof ops;
export type LowerRules = { readonly [K in keyof Ops as Ops[K] extends { readonly form: 'chip' } ? K : never]: (node: NodeOf<Ops[K]>, cx: Lowering) => Lowered };

export const rules: LowerRules = { source: lowerSource, conv: lowerConv, repeat: lowerRepeat, lif: lowerLif, 'max-pool': lowerMaxPool, 'head-pool': lowerHeadPool, and: lowerAnd,
  'or-tokens': lowerOrTokens, 'sum-tokens': lowerSumTokens, 'add-spikes': lowerAddSpikes, 'add-currents': lowerAddCurrents, ssa: lowerSsa, readout: lowerReadout,
  or: lowerOr, xor: lowerXor, 'sum-heads': lowerSumHeads, 'or-heads': lowerOrHeads, 'sum-pool': lowerSumPool, ladder: lowerLadder, gain: lowerGain, concat: lowerConcat, slice: lowerSlice,
  upsample: lowerUpsample, 'spike-product': lowerSpikeProduct, 'mix-steps': lowerMixSteps, hamming: lowerHamming, gate: lowerGate, elastic: lowerElastic, plastic: lowerPlastic };
