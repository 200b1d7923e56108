// The header of an idx file (the MNIST family): 0, 0, type code, number of sizes, then one big-endian u32 for each size.
import { elementCount } from './elements.ts';
import type { ElementType } from './elements.ts';
import { idxHeader } from './faults.ts';
import type { Spot } from './faults.ts';
import type { ArrayHeader } from './npy-header.ts';
import { refuse } from './refusal.ts';
import { viewOf } from './source.ts';

const codes: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([[0x08, 'uint8'], [0x09, 'int8'], [0x0b, 'int16'], [0x0c, 'int32'], [0x0d, 'float32'], [0x0e, 'float64']]);
const mostSizes = 8;

export const isIdx = (head: Uint8Array): boolean => head.length >= 4 && head[0] === 0 && head[1] === 0 && codes.has(head[2]);

export function readIdxHeader(spot: Spot, size: number, read: (at: number, length: number) => Uint8Array): ArrayHeader {
  const wrong = (what: string): never => refuse(idxHeader(spot, what));
  const [, , code, axes] = read(0, 4), dtype = codes.get(code) ?? wrong(`type code ${code} is unknown`), dataAt = 4 + 4 * axes;
  if (axes < 1 || axes > mostSizes) wrong(`wanted 1 to ${mostSizes} sizes; came ${axes}`);
  if (dataAt > size) wrong(`wanted ${dataAt} bytes of header; the file has ${size}`);
  const sizes = viewOf(read(4, 4 * axes)), shape = Array.from({ length: axes }, (_, axis) => sizes.getUint32(4 * axis, false));
  return { shape, count: elementCount(shape) ?? wrong('the product of its sizes is past 2^53'), dtype, little: false, fortran: false, dataAt };
}
