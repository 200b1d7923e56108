// A constant: its shape is weighed against its data, and against what all constants may hold, before anything is allocated.
import type { IToken } from 'chevrotain';
import type { Tensor } from '../ir/types.ts';
import { constantLeftOut, constantLength, constantNotBase64, constantsTooLarge, shapeUnreadable } from './faults.ts';
import type { ConstantText } from './grammar.ts';
import { limits } from './limits.ts';
import type { Reading } from './reading.ts';
import { finiteOf, textOf } from './reading.ts';

/** The constant, or undefined and a fault. */
export function readConstant(constant: ConstantText, reading: Reading): Tensor | undefined {
  const { source, report, budget } = reading, shape = constant.shape.map(({ image }) => Number(image));
  const stray = constant.shape[shape.findIndex((side) => !(Number.isSafeInteger(side) && side >= 1))];
  if (stray !== undefined) return refused(report(shapeUnreadable(source, stray.startOffset, stray.image)));
  const size = shape.reduce((product, side) => product * side, 1), total = budget.values + size;
  if (total > limits.values) return refused(report(constantsTooLarge(source, constant.open.startOffset, total, limits.values)));
  budget.values = total;
  switch (constant.given) {
    case 'short': return refused(report(constantLeftOut(source, constant.at.startOffset)));
    case 'base64': return fromBase64(constant.at, shape, size, reading);
    case 'list': return fromList(constant, shape, size, reading);
    case 'fill': {
      const value = finiteOf(constant.numbers[0], reading);
      return value === undefined ? undefined : { shape, data: new Float64Array(size).fill(value) };
    }
  }
}

const refused = (_: void): undefined => undefined;

function fromList({ at, numbers }: ConstantText, shape: readonly number[], size: number, reading: Reading): Tensor | undefined {
  if (numbers.length !== size) return refused(reading.report(constantLength(reading.source, at.startOffset, shape, size, numbers.length)));
  const values = numbers.map((token) => finiteOf(token, reading));
  return values.every((value) => value !== undefined) ? { shape, data: Float64Array.from(values) } : undefined;
}

function fromBase64(at: IToken, shape: readonly number[], size: number, reading: Reading): Tensor | undefined {
  const { source, report } = reading, text = textOf(at, reading);
  if (text === undefined) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0, bytes = (text.length / 4) * 3 - padding;
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return refused(report(constantNotBase64(source, at.startOffset)));
  if (bytes !== size * 8) return refused(report(constantLength(source, at.startOffset, shape, size, bytes / 8)));
  const data = new Float64Array(size);
  Buffer.from(data.buffer).write(text, 'base64');
  return { shape, data };
}
