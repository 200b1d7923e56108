// Faults of lowering: C4001 to C4099.
import type { Fault } from '../../targets/contract/fault.ts';

const at = (node: string) => ({ in: 'graph', node }) as const;

export const gainOnCurrent = (node: string): Fault => ({ code: 'C4001', severity: 'error', at: at(node),
  message: `the factor "${node}" multiplies a current that has a bias, a residual or another factor already; a soma multiplies the sums of one chain only`, hint: 'put the normalisation directly behind the attention or layer it scales' });
export const abilityMissing = (node: string, ability: string, target: string, hint: string): Fault => ({ code: 'C4002', severity: 'error', at: at(node),
  message: `"${node}" needs the ability "${ability}", which target ${target} lacks`, hint });
export const payloadTooNarrow = (node: string, what: 'residual' | 'levels' | 'signs', bits: number, limit: number, target: string): Fault => ({ code: 'C4003', severity: 'error', at: at(node),
  message: `the ${{ residual: 'counts', levels: 'levels', signs: 'signed spikes' }[what]} of "${node}" need a payload of ${bits} bits, target ${target} carries ${limit}`,
  hint: what === 'residual' ? 'use --residual unary or --residual planes' : `choose a target whose core.payloadBits is at least ${bits}` });
export const repeatNotHoisted = (node: string): Fault => ({ code: 'C4004', severity: 'error', at: at(node),
  message: `the repeated image "${node}" is read by something other than one convolution`, hint: 'a static image must enter a convolution or linear layer first' });
export const severalPlanes = (node: string, input: string, planes: number): Fault => ({ code: 'C4005', severity: 'error', at: at(node),
  message: `"${node}" reads the count "${input}", which travels as ${planes} spike planes`, hint: 'use --residual payload, which keeps counts on one plane' });
export const weightsTooWide = (node: string, bits: number, limit: number, target: string): Fault => ({ code: 'C4006', severity: 'error', at: at(node),
  message: `weights of "${node}" need ${bits} bits, target ${target} stores ${limit}`, hint: `quantise to --bits ${limit}` });
export const countTooWide = (node: string, most: number, bits: number, limit: number, target: string): Fault => ({ code: 'C4007', severity: 'error', at: at(node),
  message: `"${node}" counts up to ${most}, a payload of ${bits} bits; target ${target} carries ${limit}`, hint: 'choose a target with wider payloads (core.payloadBits)' });
export const sumUnfired = (node: string, input: string): Fault => ({ code: 'C4020', severity: 'error', at: at(node),
  message: `"${node}" reads "${input}" as counts; that is a sum which no neuron has read, and sums travel as currents`, hint: 'put a neuron between the two' });
