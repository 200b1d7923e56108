// Faults of the passes: C3001 to C3099.
import type { Fault } from '../../targets/contract/fault.ts';

const at = (node: string) => ({ in: 'graph', node }) as const;

export const normUnfoldable = (node: string, before: string): Fault => ({ code: 'C3001', severity: 'error', at: at(node),
  message: `batch normalisation "${node}" follows ${before}, not a convolution of its own, so it has no weights to fold into`,
  hint: 'put the normalisation directly behind a convolution or linear layer that nothing else reads' });
export const affineUnfoldable = (node: string, why: string): Fault => ({ code: 'C3002', severity: 'error', at: at(node),
  message: `the scaling "${node}" cannot be folded: ${why}`, hint: 'a scale folds into the weights behind an input or into the threshold of the neuron that reads it' });
export const passBroke = (pass: string, node: string, message: string): Fault => ({ code: 'C3003', severity: 'error', at: at(node),
  message: `after pass ${pass}: ${message}`, hint: 'this is a bug of synfire, not of the model: please report it with the model' });
export const bitsOutOfRange = (bits: number): Fault => ({ code: 'C3004', severity: 'error', at: { in: 'option', option: '--bits' },
  message: `weights of ${bits} bits are not supported`, hint: 'choose 2 to 8 bits' });
export const sumTooWide = (node: string, bits: number, limit: number): Fault => ({ code: 'C3005', severity: 'error', at: at(node),
  message: `sums of "${node}" need ${bits} bits, an accumulator of this target has ${limit}`, hint: 'use fewer weight bits (--bits) or a target with wider accumulators (core.accumulatorBits)' });
export const membraneTooWide = (node: string, bits: number, limit: number): Fault => ({ code: 'C3006', severity: 'error', at: at(node),
  message: `membranes of "${node}" need ${bits} bits, this target stores ${limit}`, hint: 'use fewer weight bits (--bits) or a target with wider membranes (core.membraneBits)' });
export const leakNotExact = (node: string, keep: string): Fault => ({ code: 'C3007', severity: 'error', at: at(node),
  message: `neuron "${node}" keeps ${keep} of its potential, which no integer shift reproduces exactly`,
  hint: 'only 1/m is exact in integers (operators.md theorem 2): retrain with tau = 2, where 1/2 stays' });
export const parameterBeyondReach = (node: string, what: string): Fault => ({ code: 'C3008', severity: 'error', at: at(node),
  message: `${what} of "${node}" does not fit the integers of the chip`, hint: 'check the checkpoint for a batch normalisation with a vanishing variance or a broken bias' });
