// Every fault of the data set readers, one builder per code, sorted by code (R1001 to R1099).
import { shown, shownShape } from '../../compiler/files/faults.ts';
import type { Fault, Place } from '../../targets/contract/fault.ts';

const error = (code: string, at: Place, message: string, hint: string): Fault => ({ code, severity: 'error', at, message, hint });

export const samplesType = (file: string, wanted: string, came: string, hint: string): Fault => error('R1001', { in: 'file', file }, `wanted samples as ${wanted}; came ${came}`, hint);
export const samplesShape = (file: string, wanted: string, came: readonly number[]): Fault =>
  error('R1002', { in: 'file', file }, `the descriptor wants samples of shape ${wanted}; the file holds ${shownShape(came)}`,
    'give the data set the model was trained on, or correct T and the sizes (in_channels and image_size, or tokens) of the descriptor');
export const notPixel = (file: string, sample: number, index: number, value: number, bad: number, hint: string): Fault =>
  error('R1003', { in: 'file', file }, `wanted 8-bit pixels as k/256, k in 0..255; sample ${sample} has ${value} at index ${index} (${bad} such values in all)`, hint);
export const noSamples = (file: string): Fault => error('R1004', { in: 'file', file }, 'the file holds no samples', 'give a file with at least one sample');
export const labelsType = (file: string, came: string): Fault =>
  error('R1005', { in: 'file', file }, `wanted one whole number per sample; came ${came}`, 'numpy.save(path, labels.astype("int64").ravel()), or a text file with one label per line');
export const labelsCount = (file: string, wanted: number, came: number): Fault =>
  error('R1006', { in: 'file', file }, `wanted ${wanted} labels, one per sample; came ${came}`, 'give the labels of the same data set, in the same order');
export const labelRange = (file: string, index: number, label: number, classes: number, bad: number): Fault =>
  error('R1007', { in: 'file', file }, `label ${label} of sample ${index} is outside 0..${classes - 1} (${bad} such labels in all)`,
    'the model has that many classes: check the label file, or classes in the descriptor');
export const labelLine = (file: string, line: number, came: string): Fault =>
  error('R1008', { in: 'text', file, line, column: 1 }, `wanted one label, a whole number; came ${shown(came)}`, 'write one label per line, such as 7');
export const labelsTooLong = (file: string, size: number, cap: number): Fault => error('R1009', { in: 'file', file }, `a label text of ${size} bytes; at most ${cap} are read`, 'give many labels as npy or idx');
export const valueOutside = (file: string, wanted: string, sample: number, index: number, value: number, bad: number, hint: string): Fault =>
  error('R1010', { in: 'file', file }, `${wanted}; sample ${sample} has ${value} at index ${index} (${bad} such values in all)`, hint);
