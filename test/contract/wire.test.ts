// Program files: what is written is read, the same program gives the same bytes, and no bytes at all bring the reader down.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { changedProgram, stage } from './draft.ts';
import { tinyArch, tinyProgram } from './tiny-program.ts';

const seed = 20261124;
const file = 'tiny.synfire';
const decoded = (bytes: Uint8Array) => {
  const outcome = decodeProgram(bytes, file);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.faults));
  return outcome.value;
};

describe('a program file', () => {
  it('gives back the program that was written, field by field and array type by array type', () => {
    expect(decoded(encodeProgram(tinyProgram()))).toStrictEqual(tinyProgram());
  });

  it('gives back every choice that the tiny program does not make', () => {
    const program = changedProgram((draft) => {
      stage(draft, 9, 'soma').rule = { kind: 'lif', thresholds: Int32Array.of(1, 2, 3, 4), keep: [3, 4], reset: 'subtract', fires: '>=', rounding: 'floor', fractionBits: 0 };
      stage(draft, 7, 'pool').op = 'sum';
      stage(draft, 0, 'source').coding = 'frames';
      stage(draft, 17, 'readout').bias.set([-(2 ** 31), 2 ** 31 - 1, -1]);
      draft.stages.push({ ...stage(draft, 7, 'pool'), id: 18, op: 'and', over: { kind: 'planes' } }, { ...stage(draft, 7, 'pool'), id: 19, op: 'max', over: { kind: 'head', width: 2, window: [3, 3], padding: [1, 1] } },
        { ...stage(draft, 7, 'pool'), id: 20, contexts: { from: 0, to: 1 }, over: { kind: 'tokens' } });
      draft.edges[0].window = { kind: 'region', banks: 2, ack: 'step' };
      stage(draft, 12, 'synapse').gather.shifts = [3, 0];
      draft.readouts[0].scale = -1 / 3;
      draft.classes = ['čtyři', '', '火'];
    });
    expect(decoded(encodeProgram(program))).toStrictEqual(program);
  });

  it('has the same bytes for the same program, and different bytes for one weight more', () => {
    const bytes = encodeProgram(tinyProgram()), other = tinyProgram();
    other.blocks[3].data[5]++;
    expect(encodeProgram(tinyProgram())).toEqual(bytes);
    expect(encodeProgram(decoded(bytes))).toEqual(bytes);
    expect(encodeProgram(other)).not.toEqual(bytes);
  });

  it('is read at any offset of a larger buffer, and keeps no view of it', () => {
    const bytes = encodeProgram(tinyProgram());
    for (const offset of [1, 2, 3]) {
      const buffer = new Uint8Array(bytes.length + 8), view = buffer.subarray(offset, offset + bytes.length);
      view.set(bytes);
      const program = decoded(view);
      buffer.fill(0xff);
      expect(program).toStrictEqual(tinyProgram());
    }
  });

  it('refuses to write a number that the format cannot hold', () => {
    expect(() => encodeProgram(changedProgram((draft) => { draft.steps = 0.5; }))).toThrow(RangeError);
    expect(() => encodeProgram(changedProgram((draft) => { draft.edges[0].messages = -1; }))).toThrow(RangeError);
  });

  it('has every message and field of the schema in use', () => {
    const schema = readFileSync(new URL('../../targets/contract/program.proto', import.meta.url), 'utf8'), codecs = readFileSync(new URL('../../targets/contract/wire-fields.ts', import.meta.url), 'utf8')
      + readFileSync(new URL('../../targets/contract/wire-codec.ts', import.meta.url), 'utf8') + readFileSync(new URL('../../targets/contract/wire.ts', import.meta.url), 'utf8');
    const fields = [...schema.matchAll(/(\w+) = \d+;/g)].map(([, name]) => name).filter((name) => name !== name.toUpperCase());
    expect(fields.length).toBeGreaterThan(100);
    expect(fields.filter((name) => !new RegExp(`\\b${name}\\b`).test(codecs))).toEqual([]);
  });
});

describe('a hostile program file', () => {
  const bytes = encodeProgram(tinyProgram());

  it('is refused at every length short of the whole', () => {
    for (let length = 0; length < bytes.length; length++) {
      const outcome = decodeProgram(bytes.subarray(0, length), file);
      const complete = outcome.ok && verifyProgram(outcome.value, tinyArch).length === 0;
      expect(complete, `${length} of ${bytes.length} bytes`).toBe(false);
    }
  });

  it('never throws and never passes the verifier with an unreadable value, whatever bytes are changed', () => {
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) });
    let refused = 0;
    fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const spoilt = Uint8Array.from(bytes);
      for (const { at, to } of changes) spoilt[at] = to;
      const outcome = decodeProgram(spoilt, file);
      if (!outcome.ok) { refused++; expect(outcome.faults.length).toBeGreaterThan(0); return; }
      verifyProgram(outcome.value, tinyArch);
      expect(decoded(encodeProgram(outcome.value))).toStrictEqual(outcome.value);
    }), { seed, numRuns: 1500 });
    expect(refused).toBeGreaterThan(300);
  });

  it('never throws on random bytes behind an honest beginning', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
      const outcome = decodeProgram(Uint8Array.from([...bytes.subarray(0, 7), ...tail]), file);
      expect(outcome.ok).toBe(false);
    }), { seed, numRuns: 500 });
  });
});
