// Single-operator cases of the conformance zoo.
import { readFileSync } from 'node:fs';
import { readNpz } from '../../compiler/files/npz.ts';
import { sharedPath } from '../files/shared.ts';

export { isShared } from '../files/shared.ts';

export type ZooCase = Readonly<{ facts: Readonly<Record<string, unknown>>; values(name: string): number[]; shape(name: string): readonly number[] }>;

export function zooCase(name: string): ZooCase {
  const folder = sharedPath(`zoo/ops/${name}`), read = readNpz(`${folder}/data.npz`);
  if (!read.ok) throw new Error(read.faults.map(({ message }) => message).join('; '));
  const arrayOf = (array: string) => {
    const found = read.value.get(array);
    if (!found) throw new Error(`${name} has no array ${array}`);
    return found;
  };
  return { facts: JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as Record<string, unknown>, values: (array) => Array.from(arrayOf(array).data), shape: (array) => arrayOf(array).shape };
}

/** [outer, channels, positions] -> [outer, positions, channels]: the zoo has channels in front of space. */
export function channelsLast(values: readonly number[], channels: number, positions: number): number[] {
  return values.map((_, at) => {
    const outer = Math.floor(at / (channels * positions)), position = Math.floor((at % (channels * positions)) / channels), channel = at % channels;
    return values[(outer * channels + channel) * positions + position];
  });
}

/** Bits of packed bytes, most significant first. */
export const unpacked = (bytes: readonly number[], length: number): number[] => Array.from({ length }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1);
