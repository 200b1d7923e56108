// Labels of a data set: idx, npy, or a text with one label per line.
import { readArray } from '../../compiler/files/array-file.ts';
import { openFile } from '../../compiler/files/source.ts';
import { labelLine, labelRange, labelsCount, labelsTooLong, labelsType } from './faults.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';

const mostText = 2 ** 23, mostShown = 10;

/**
 * Reads the labels of a data set.
 * @param count samples of the data set: there must be as many labels
 * @param classes labels must lie in 0 .. classes - 1
 * Faults: those of `readArray`; R1005 kind, R1006 count, R1007 range, R1008 a line that is no number, R1009 text too long.
 */
export function readLabels(path: string, count: number, classes: number): Outcome<Int32Array> {
  const opened = openFile(path);
  if (!opened.ok) return opened;
  const source = opened.value;
  try {
    const head = source.size === 0 ? -1 : source.read(0, 1)[0];
    // idx begins with 0, gzip with 1f, npy with 93: none of them begins a text of numbers.
    if (head === 0 || head === 0x1f || head === 0x93) return fromArray(path, count, classes);
    if (source.size > mostText) return fail(labelsTooLong(path, source.size, mostText));
    return fromText(path, new TextDecoder().decode(source.read(0, source.size)), count, classes);
  } finally {
    source.close();
  }
}

function fromArray(path: string, count: number, classes: number): Outcome<Int32Array> {
  const read = readArray(path);
  if (!read.ok) return read;
  const { shape, dtype, data } = read.value;
  if (shape.length !== 1) return fail(labelsType(path, `an array of shape [${shape.join(', ')}]`));
  if (dtype.startsWith('float')) return fail(labelsType(path, dtype));
  return checked(path, data, count, classes);
}

function fromText(path: string, text: string, count: number, classes: number): Outcome<Int32Array> {
  const lines = text.trimEnd().split('\n'), labels: number[] = [], faults: Fault[] = [];
  if (text.trim() === '') return fail(labelsCount(path, count, 0));
  lines.forEach((line, i) => {
    if (/^\s*\d{1,9}\s*$/.test(line)) labels.push(Number(line));
    else if (faults.length < mostShown) faults.push(labelLine(path, i + 1, line));
  });
  return faults.length > 0 ? fail(...faults) : checked(path, labels, count, classes);
}

function checked(path: string, labels: ArrayLike<number>, count: number, classes: number): Outcome<Int32Array> {
  const faults: Fault[] = [], isWrong = (label: number): boolean => label < 0 || label >= classes;
  if (labels.length !== count) faults.push(labelsCount(path, count, labels.length));
  const wrong = Array.from(labels, (label, index) => ({ label, index })).filter(({ label }) => isWrong(label));
  if (wrong.length > 0) faults.push(labelRange(path, wrong[0].index, wrong[0].label, classes, wrong.length));
  return faults.length > 0 ? fail(...faults) : succeed(Int32Array.from(labels));
}
