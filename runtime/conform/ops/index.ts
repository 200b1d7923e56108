// The table of single-operator cases: one row each.
import type { OpCase } from './define-case.ts';
import { convBnFold } from './conv-bn-fold.ts';
import { erode } from './erode.ts';
import { headLifTokenSum } from './head-lif-token-sum.ts';
import { lifFloorShift } from './lif-floor-shift.ts';
import { lifLeakThreeQuarters } from './lif-leak-three-quarters.ts';
import { maxpoolOrder } from './maxpool-order.ts';
import { multispikeLadder } from './multispike-ladder.ts';
import { niLifStaircase } from './ni-lif-staircase.ts';
import { parametricLif } from './parametric-lif.ts';
import { repconvFoldDyadic, repconvFoldReal } from './repconv-fold.ts';
import { resetRules } from './reset-rules.ts';
import { sdhaIdentity } from './sdha-identity.ts';
import { ssaThreshold } from './ssa-threshold.ts';
import { strictComparatorCeilLeak } from './strict-comparator-ceil-leak.ts';
import { ternaryElastic } from './ternary-elastic.ts';
import { thresholdHalfIsOr } from './threshold-half-is-or.ts';
import { v3AttentionLadder } from './v3-attention-ladder.ts';

export const opCases: readonly OpCase[] = [
  convBnFold,
  erode,
  headLifTokenSum,
  lifFloorShift,
  lifLeakThreeQuarters,
  maxpoolOrder,
  multispikeLadder,
  niLifStaircase,
  parametricLif,
  repconvFoldDyadic,
  repconvFoldReal,
  resetRules,
  sdhaIdentity,
  ssaThreshold,
  strictComparatorCeilLeak,
  ternaryElastic,
  thresholdHalfIsOr,
  v3AttentionLadder,
];
