// Token ids as spikes: one channel per id, one token per step.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDrawn, openSamples } from '../../runtime/encode/open-samples.ts';
import { tokenSamples } from '../../runtime/datasets/tokens.ts';
import { valueOf } from '../conformance/outcome.ts';
import { writeNpy } from '../../compiler/files/npz.ts';

const folder = mkdtempSync(join(tmpdir(), 'tokens-')), layout = { encoding: 'tokens', steps: 3, channels: 4, height: 1, width: 1 } as const;
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const file = (data: Int32Array | Float32Array, shape: readonly number[]): string => { const path = join(folder, `${files++}.npy`); writeFileSync(path, writeNpy({ shape, dtype: data instanceof Int32Array ? 'int32' : 'float32', data })); return path; };
const refused = (values: Int32Array | Float32Array, shape: readonly number[]): string => { const outcome = tokenSamples(file(values, shape), layout); return outcome.ok ? 'read' : outcome.faults.map(({ code, message }) => `${code} ${message}`).join(); };

describe('token ids', () => {
  it('are one spike in each step, however they are opened', () => {
    const path = file(Int32Array.of(0, 3, 1, 2, 2, 2), [2, 3]);
    for (const samples of [tokenSamples(path, layout), openSamples(path, layout, { seed: 1 }), openDrawn(path, layout)].map(valueOf)) {
      expect([samples.count, samples.encoder, [...samples.pixels(0)], [...samples.values(1)]]).toEqual([2, 'tokens of 4', [1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0], [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0]]);
      samples.close();
    }
  });
  it('outside the vocabulary, of another length or type, or none at all are refused', () => {
    expect(refused(Int32Array.of(0, 4, 1, -1, 9, 2), [2, 3])).toBe('R1010 a token is 0 .. 3; sample 0 has 4 at index 1 (3 such values in all)');
    expect(refused(Int32Array.of(0, 1), [1, 2])).toMatch(/^R1002 .*\[S, 3\]/);
    expect(refused(Float32Array.of(0, 1, 2), [1, 3])).toMatch(/^R1001 .*token ids, whole numbers/);
    expect(refused(new Int32Array(0), [0, 3])).toMatch(/^R1004/);
  });
});
