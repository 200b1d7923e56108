// Rows of scores beside a readout: written, read, and refused where they are not whole.
import { expect, it } from 'vitest';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { valueOf } from '../conformance/outcome.ts';
import { changedProgram } from './draft.ts';
import { tinyArch, tinyProgram } from './tiny-program.ts';

const channels = tinyProgram().planes[tinyProgram().stages.flatMap((stage) => (stage.kind === 'readout' ? [stage.from.plane] : []))[0]].channels;
const withRows = (scores: number, weights: Float64Array) => changedProgram((draft) => { draft.readouts[0].rows = { scores, weights }; });
const found = (scores: number, weights: Float64Array) => verifyProgram(withRows(scores, weights), tinyArch).map(({ code, message }) => `${code} ${message}`);

it('rows come back bit by bit', () => {
  const program = withRows(2, Float64Array.from({ length: 2 * channels }, (_, i) => (i % 2 ? -1 : 1) * Math.PI ** i));
  expect(valueOf(decodeProgram(encodeProgram(program), 'rows.synfire'))).toStrictEqual(program);
  expect(verifyProgram(program, tinyArch)).toEqual([]);
});
it('offsets come back too, and are refused where there is not one per score', () => {
  const program = changedProgram((draft) => { draft.readouts[0].rows = { scores: 2, weights: new Float64Array(2 * channels), offset: Float64Array.of(-0.1, 1e300) }; });
  expect(valueOf(decodeProgram(encodeProgram(program), 'rows.synfire'))).toStrictEqual(program);
  expect(verifyProgram(program, tinyArch)).toEqual([]);
  for (const offset of [Float64Array.of(1), Float64Array.of(1, Infinity)]) {
    const wrong = changedProgram((draft) => { draft.readouts[0].rows = { scores: 2, weights: new Float64Array(2 * channels), offset }; });
    expect(verifyProgram(wrong, tinyArch).map(({ code, message }) => `${code} ${message}`)).toEqual([expect.stringMatching(/^T2170 .*must be 2 finite numbers/)]);
  }
});
it('a program without rows reads as one without rows', () => { expect(valueOf(decodeProgram(encodeProgram(tinyProgram()), 'rows.synfire')).readouts[0]).not.toHaveProperty('rows'); });
it.each([['too few weights', 2, channels], ['no rows', 0, 0], ['a weight that is no number', 1, -channels]])('%s are refused', (_, scores, length) => {
  expect(found(scores, new Float64Array(Math.abs(length)).fill(length < 0 ? NaN : 1))).toEqual([expect.stringMatching(/^T2170 .*rows/)]);
});
