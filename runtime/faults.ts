// Faults of the runtime: R0001 to R0099 usage, R0101 and on files and runs. One builder per code, sorted. (R0004 and R0100 are the console's.)
import type { Fault } from '../targets/contract/fault.ts';

const seeHelp = 'synfire COMMAND --help shows examples';
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(3)} GB`;

export const optionWrong = (option: string, wanted: string, came: string): Fault => ({ code: 'R0001', severity: 'error', at: { in: 'option', option },
  message: `${option} wants ${wanted}, got "${came}"`, hint: seeHelp });
export const optionMissing = (option: string, why: string): Fault =>
  ({ code: 'R0002', severity: 'error', at: { in: 'option', option }, message: `${option} is missing: ${why}`, hint: seeHelp });
export const passUnknown = (name: string, known: readonly string[], near: string | undefined): Fault =>
  ({ code: 'R0003', severity: 'error', at: { in: 'option', option: '--emit' }, message: `there is no pass "${name}"`,
    hint: `${near === undefined ? '' : `did you mean "${near}"? `}passes: ${known.join(', ')}` });
export const wouldOverwrite = (option: string, file: string): Fault =>
  ({ code: 'R0005', severity: 'error', at: { in: 'option', option }, message: `${option} would overwrite ${file}, which is an input of this command`,
    hint: 'give another path' });
export const tooManySamples = (wanted: number, count: number): Fault =>
  ({ code: 'R0103', severity: 'warning', at: { in: 'option', option: '--samples' }, message: `${wanted} samples asked for, the data has ${count}`,
    hint: `all ${count} are used` });
export const floatInterrupted = (done: number, of: number): Fault =>
  ({ code: 'R0104', severity: 'warning', at: { in: 'option', option: '--reference' },
    message: `interrupted before the float reference was complete (${done} of ${of} samples): the report leaves it out`,
    hint: 'logits that are done are kept on disk, so the next run goes on from there' });
export const chipDiffers = (layer: string, sample: number, spikes: number): Fault => ({ code: 'R0105', severity: 'error', at: { in: 'graph', node: layer },
  message: `the chip and the integer evaluation differ in ${spikes} spikes of sample ${sample}`,
  hint: 'this is a bug of synfire: please report it with the model and the target' });
export const fileUnwritable = (file: string, reason: string): Fault =>
  ({ code: 'R0106', severity: 'error', at: { in: 'file', file }, message: `cannot be written: ${reason}`, hint: 'check the folder and its permissions, or give another path' });
export const targetHashWrong = (file: string): Fault =>
  ({ code: 'R0108', severity: 'error', at: { in: 'file', file }, message: 'the target text inside is not the one the program was compiled for (its hash differs)',
    hint: 'compile again: synfire compile' });
export const isCheckpoint = (file: string): Fault =>
  ({ code: 'R0109', severity: 'error', at: { in: 'file', file }, message: 'a core layout is wanted; this is a zip archive, such as a checkpoint',
    hint: 'synfire compile makes a layout of a checkpoint; synfire inspect shows a checkpoint with its descriptor, --arch arch.json' });
export const samplesTooLarge = (samples: number, bytes: number, most: number): Fault => ({ code: 'R0110', severity: 'error', at: { in: 'option', option: '--samples' },
  message: `${samples} samples take ${gigabytes(bytes)}; at most ${gigabytes(most)} are held at once`, hint: `use --samples ${Math.floor(most / (bytes / samples))} or fewer` });
export const recordTooLarge = (samples: number, bytes: number, most: number): Fault => ({ code: 'R0111', severity: 'error', at: { in: 'option', option: '--record' },
  message: `the spikes of ${samples} samples take ${gigabytes(bytes)}; at most ${gigabytes(most)} are recorded`,
  hint: `use --samples ${Math.floor(most / (bytes / samples))} or fewer` });
export const axesWrong = (probe: string, axes: string): Fault => ({ code: 'R0112', severity: 'error', at: { in: 'program', part: `probe "${probe}"` },
  message: `its axes "${axes}" do not have the size of its plane, so it cannot be recorded`, hint: 'compile again: synfire compile' });
export const floatMissing = (reason: string): Fault => ({ code: 'R0113', severity: 'warning', at: { in: 'option', option: '--reference' }, message: `there is no float reference in this report: ${reason}`,
  hint: 'synfire doctor shows which engines load; --reference names one' });
export const encoderUnused = (encoder: string, carrier: string): Fault => ({ code: 'R0114', severity: 'error', at: { in: 'option', option: '--encode' },
  message: `this network reads ${carrier}s; "${encoder}" makes spikes`, hint: 'leave --encode out' });
export const notPromptable = (file: string): Fault => ({ code: 'R0115', severity: 'error', at: { in: 'file', file }, message: 'its scores are sums of the chip: it compares no features with rows, so its classes cannot be swapped',
  hint: 'compile a model of a family that does, such as spikeclip' });
export const rowsMisshapen = (file: string, features: number, came: readonly number[]): Fault => ({ code: 'R0116', severity: 'error', at: { in: 'file', file }, message: `wanted an array [classes, ${features}], came [${came.join(', ')}]`,
  hint: 'one row of text features per class, from the text tower that the model was trained with' });
export const namesMiscounted = (file: string, wanted: number, came: number): Fault => ({ code: 'R0117', severity: 'error', at: { in: 'file', file }, message: `${came} names for ${wanted} rows`, hint: 'one name per line, in the order of the rows' });
export const optionUnwanted = (option: string, why: string, hint: string): Fault => ({ code: 'R0119', severity: 'error', at: { in: 'option', option }, message: `${option} is not wanted here: ${why}`, hint });
export const isNetwork = (file: string): Fault => ({ code: 'R0120', severity: 'error', at: { in: 'file', file }, message: 'a core layout is wanted; this is a network in text form',
  hint: 'synfire compile makes a layout of it; synfire run compiles and simulates it' });
export const currentsUnread = (file: string): Fault => ({ code: 'R0118', severity: 'error', at: { in: 'file', file }, message: 'this network reads currents: it is a block, whose results are no answers that an accuracy could be made of',
  hint: 'synfire run and synfire conform run it, and compare its spikes' });
export const spikesUnread = (probe: string, channels: number): Fault => ({ code: 'R0127', severity: 'error', at: { in: 'program', part: `probe "${probe}"` },
  message: `${channels} of its channels are read by nothing and are not in this layout, so that they cannot be recorded`, hint: 'compile it with --eliminate recorded, which keeps every spike that a run may record' });
export const nothingLearns = (): Fault => ({ code: 'R0128', severity: 'error', at: { in: 'option', option: '--plasticity' }, message: 'this network does not learn while it runs', hint: 'leave --plasticity out: it is for families whose descriptor says how they learn' });
