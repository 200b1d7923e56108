// Legacy checkpoints: the same tensors as from a zip file, parts of storages, and what damage may do (the format has no checksums).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, readCheckpointFrom } from '../../compiler/files/checkpoint.ts';
import { memorySource } from '../../compiler/files/source.ts';
import { dict, fileOf, floats, integer, legacy, none, small, smallLegacy, tensor, text, tuple } from './archive.ts';

const read = (bytes: Uint8Array) => readCheckpointFrom(memorySource('old.pth', bytes));
const tensorsOf = (bytes: Uint8Array) => { const outcome = read(bytes); return outcome.ok ? [...outcome.value.tensors] : outcome.faults.map(({ code, message }) => `${code} ${message}`); };

describe('a legacy checkpoint', () => {
  it('gives what the same state dict gives as a zip file, whatever order its storages have', () => {
    expect(tensorsOf(smallLegacy())).toEqual(tensorsOf(small()));
    expect(tensorsOf(small())).toHaveLength(2);
  });

  it('is read from a file of any name', () => {
    const outcome = readCheckpoint(fileOf(smallLegacy(), 'weights.bin'));
    expect(outcome.ok && [...outcome.value.tensors.get('weight')!.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('hands out a part of a storage: offsets count from its first element, and views end with it', () => {
    const part = (from: number, length: number) => tuple(text('part'), integer(from), integer(length));
    const root = (offset: number) => dict([[text('a'), tensor({ key: '0', numel: 6, offset, size: [2], stride: [1], view: part(2, 3) })], [text('b'), tensor({ key: '0', numel: 6, size: [6], stride: [1], view: none })]]);
    const bytes = (offset: number) => legacy(root(offset), [['0', 6, floats(1, 2, 3, 4, 5, 6)]]);
    expect(tensorsOf(bytes(1))).toMatchObject([['a', { data: Float64Array.of(4, 5) }], ['b', { data: Float64Array.of(1, 2, 3, 4, 5, 6) }]]);
    expect(tensorsOf(bytes(2))).toEqual([expect.stringMatching(/^C1043 .*offset 2 reach outside its storage of 3 elements/)]);
  });

  it('gives faults for every proper prefix', () => {
    const bytes = smallLegacy();
    for (let length = 0; length < bytes.length; length++) if (read(bytes.slice(0, length)).ok) expect.fail(`the first ${length} of ${bytes.length} bytes were read as a whole file`);
  });

  it('with changed bytes gives faults, or as many values as before', () => {
    const bytes = smallLegacy(), most = 8;
    let refused = 0;
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at] ^= by;
      const outcome = read(damaged);
      if (!outcome.ok) { refused++; return outcome.faults.every(({ code }) => /^C10\d\d$/.test(code)); }
      return [...outcome.value.tensors.values()].reduce((sum, { data }) => sum + data.length, 0) <= most;
    }), { seed: 5, numRuns: 4000 });
    expect(refused).toBeGreaterThan(2000);
  });
});
