// Faults of the runtime: R0001 to R0099 usage, R0101 and on files and runs. One builder per code, sorted.
import type { Fault } from '../targets/contract/fault.ts';

export const optionWrong = (option: string, wanted: string, came: string): Fault => ({ code: 'R0001', severity: 'error', at: { in: 'option', option },
  message: `${option} wants ${wanted}, got "${came}"`, hint: 'synfire COMMAND --help shows examples' });
export const optionMissing = (option: string, why: string): Fault => ({ code: 'R0002', severity: 'error', at: { in: 'option', option }, message: `${option} is missing: ${why}`, hint: 'synfire COMMAND --help shows examples' });
export const passUnknown = (name: string, known: readonly string[]): Fault => ({ code: 'R0003', severity: 'error', at: { in: 'option', option: '--emit' }, message: `there is no pass "${name}"`, hint: `passes: ${known.join(', ')}` });
export const fileUnreadable = (file: string, reason: string): Fault => ({ code: 'R0101', severity: 'error', at: { in: 'file', file }, message: `cannot be read: ${reason}`, hint: 'check the path and its permissions' });
export const jsonWrong = (file: string, line: number, column: number, reason: string): Fault => ({ code: 'R0102', severity: 'error', at: { in: 'text', file, line, column }, message: `is not JSON: ${reason}`,
  hint: 'the descriptor is the JSON file that says what a checkpoint does not: T, heads, thresholds (see README)' });
export const tooManySamples = (wanted: number, count: number): Fault => ({ code: 'R0103', severity: 'warning', at: { in: 'option', option: '--samples' }, message: `${wanted} samples asked for, the data has ${count}`, hint: `all ${count} are used` });
export const interrupted = (done: number, of: number): Fault => ({ code: 'R0104', severity: 'warning', message: `interrupted after ${done} of ${of} samples; the report covers those`, hint: 'run again without interruption for the whole set' });
export const chipDiffers = (layer: string, sample: number, spikes: number): Fault => ({ code: 'R0105', severity: 'error', at: { in: 'graph', node: layer },
  message: `the chip and the integer evaluation differ in ${spikes} spikes of sample ${sample}`, hint: 'this is a bug of synfire: please report it with the model and the target' });
export const fileUnwritable = (file: string, reason: string): Fault => ({ code: 'R0106', severity: 'error', at: { in: 'file', file }, message: `cannot be written: ${reason}`, hint: 'check the folder and its permissions' });
export const tooLarge = (file: string, bytes: number, limit: number): Fault => ({ code: 'R0107', severity: 'error', at: { in: 'file', file }, message: `has ${bytes} bytes, more than the ${limit} that are read`, hint: 'is this the right file?' });
export const targetHashWrong = (file: string): Fault => ({ code: 'R0108', severity: 'error', at: { in: 'file', file }, message: 'the target text inside is not the one the program was compiled for (its hash differs)', hint: 'compile again: synfire compile' });
export const encoderUnused = (encoder: string, carrier: string): Fault => ({ code: 'R0109', severity: 'error', at: { in: 'option', option: '--encode' },
  message: `this network reads ${carrier}s; "${encoder}" makes spikes`, hint: 'leave --encode out' });
export const notPromptable = (file: string): Fault => ({ code: 'R0110', severity: 'error', at: { in: 'file', file }, message: 'its scores are sums of the chip: it compares no features with rows, so its classes cannot be swapped',
  hint: 'compile a model of a family that does, such as spikeclip' });
export const rowsMisshapen = (file: string, features: number, came: readonly number[]): Fault => ({ code: 'R0111', severity: 'error', at: { in: 'file', file }, message: `wanted an array [classes, ${features}], came [${came.join(', ')}]`,
  hint: 'one row of text features per class, from the text tower that the model was trained with' });
export const namesMiscounted = (file: string, wanted: number, came: number): Fault => ({ code: 'R0112', severity: 'error', at: { in: 'file', file }, message: `${came} names for ${wanted} rows`, hint: 'one name per line, in the order of the rows' });
