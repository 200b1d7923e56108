// Any damage to a valid file gives faults or the same result: never an exception, never a hang, never other numbers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheckpointFrom } from '../../compiler/files/checkpoint.ts';
import { readNpzFrom, writeNpz } from '../../compiler/files/npz.ts';
import { memorySource } from '../../compiler/files/source.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { dense, dict, floats, orderedDict, pickle, small, text, zip } from './archive.ts';

type Result = Readonly<Record<string, unknown>>;
type Read = (bytes: Uint8Array) => Outcome<Result>;

const checkpointResult: Read = (bytes) => {
  const read = readCheckpointFrom(memorySource('small.pth', bytes));
  return read.ok ? { ...read, value: { wrapper: read.value.wrapper, prefix: read.value.prefix, tensors: [...read.value.tensors], ignored: read.value.ignored } } : read;
};
const npzResult: Read = (bytes) => {
  const read = readNpzFrom(memorySource('small.npz', bytes));
  return read.ok ? { ...read, value: { arrays: [...read.value] } } : read;
};
const deflated = zip([
  { name: 'net/data.pkl', method: 8, flags: 0x808, local: { stored: 0, size: 0 }, bytes: pickle(dict([[text('state_dict'), orderedDict([[text('module.w'), dense('0', [3])]])]])) },
  { name: 'net/data/0', bytes: floats(1, -2, 0.5) }, { name: 'net/byteorder', bytes: new TextEncoder().encode('little') }]);
const npz = writeNpz([['a', { shape: [2, 2], dtype: 'int16', data: Int16Array.of(1, 2, 3, 4) }], ['b:c', { shape: [], dtype: 'float64', data: Float64Array.of(0.1) }]]);
const cases: readonly (readonly [string, Uint8Array, Read])[] = [['a stored checkpoint', small(), checkpointResult], ['a deflated checkpoint', deflated, checkpointResult], ['an npz file', npz, npzResult]];

describe.each(cases)('%s', (_, bytes, read) => {
  const whole = read(bytes);

  it('is valid to begin with', () => expect(whole.ok).toBe(true));

  it('gives faults for every proper prefix', () => {
    for (let length = 0; length < bytes.length; length++) {
      const outcome = read(bytes.slice(0, length));
      if (outcome.ok) expect.fail(`the first ${length} of ${bytes.length} bytes were read as a whole file`);
      expect(outcome.faults.length).toBeGreaterThan(0);
    }
  });

  it('gives faults or the same result for any single changed byte', () => {
    let refused = 0;
    const changed = (at: number, by: number): void => {
      const damaged = bytes.slice();
      damaged[at] ^= by;
      const outcome = read(damaged);
      if (outcome.ok) expect(outcome.value, `byte ${at} changed by ${by}`).toEqual(whole.ok && whole.value);
      else refused++;
    };
    for (let at = 0; at < bytes.length; at++) for (const by of [1, 0x80, 0xff]) changed(at, by);
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), changed), { seed: 7, numRuns: 2000 });
    expect(refused).toBeGreaterThan(bytes.length);  // most bytes matter: a reader that never looks would pass the loop above
  });
});

describe('a pickle with the right checksum', () => {
  const valid = pickle(dict([[text('state_dict'), orderedDict([[text('module.w'), dense('0', [3])]])]]));
  const read = (code: Uint8Array): Outcome<Result> => checkpointResult(zip([{ name: 'n/data.pkl', bytes: code }, { name: 'n/data/0', bytes: floats(1, -2, 0.5) }]));
  const holds = (outcome: Outcome<Result>): void => expect(outcome.ok || outcome.faults.every(({ code }) => /^C10[0-5]\d$/.test(code))).toBe(true);

  it('gives a result or faults when its bytes are changed at random', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const damaged = valid.slice();
      for (const [at, byte] of changes) damaged[at] = byte;
      holds(read(damaged));
    }), { seed: 11, numRuns: 3000 });
  });

  it('gives a result or faults when its opcodes are shuffled', () => {
    const opcodes = [[0x28], [0x71, 0], [0x72, 1, 0, 0, 0], [0x94], [0x68, 0], [0x4b, 3], [0x4a, 255, 255, 255, 255], [0x8a, 2, 0, 128], [0x47, 0, 0, 0, 0, 0, 0, 0, 0], [0x88], [0x4e], text('w'), text('0'), text('storage'), [0x7d],
      [0x5d], [0x29], [0x74], [0x85], [0x86], [0x87], [0x73], [0x75], [0x61], [0x65], [0x52], [0x81], [0x62], [0x51], [0x63, 65, 10, 66, 10], [0x93], dense('0', [3]), orderedDict()];
    fc.assert(fc.property(fc.array(fc.constantFrom(...opcodes), { maxLength: 30 }), (chosen) => { holds(read(pickle(chosen.flat()))); }), { seed: 12, numRuns: 5000 });
  });
});
