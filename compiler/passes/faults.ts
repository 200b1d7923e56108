// Faults of the passes: C3001 to C3099.
import type { Fault } from '../../targets/contract/fault.ts';

const at = (node: string) => ({ in: 'graph', node }) as const;

export const borderBeforeNorm = (node: string): Fault => ({ code: 'C3001', severity: 'error', at: at(node),
  message: `"${node}" has a border correction already, so the batch normalisation behind it cannot fold into it`, hint: 'fold normalisations before input scaling: run fold-norm first' });
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
export const parameterBeyondReach = (node: string, what: string): Fault => ({ code: 'C3008', severity: 'error', at: at(node),
  message: `${what} of "${node}" does not fit the integers of the chip`, hint: 'check the checkpoint for a batch normalisation with a vanishing variance or a broken bias' });
export const streamReadsItself = (node: string): Fault => ({ code: 'C3009', severity: 'error', at: at(node),
  message: `"${node}" multiplies currents of the stream that its own result joins: their unit would have to be finer than itself`, hint: 'put a neuron before the layer, or do not concatenate or add what it makes to what it reads' });
export const stepsUnfoldable = (node: string, reader: string): Fault => ({ code: 'C3010', severity: 'error', at: at(node),
  message: `the factors of steps "${node}" cannot be folded: "${reader}" reads them and multiplies nothing by weights`, hint: 'a factor per step is taken by a layer with weights, by a neuron that reads sums, or by a result' });
export const hostUnbounded = (node: string): Fault => ({ code: 'C3020', severity: 'error', at: at(node),
  message: `nothing bounds what the host makes of "${node}": its operands, or their products, reach beyond the numbers of float64`, hint: 'check the checkpoint for weights that are no weights of a trained layer' });
