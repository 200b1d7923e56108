// Golden cases: `npm run test:bless` writes the expected texts anew; the diff is reviewed.
import { expect, it } from 'vitest';
import { passes } from '../../compiler/passes/index.ts';
import { parseGraph } from '../../compiler/text/parse-graph.ts';
import { goldenCases, runGolden } from './run-golden.ts';

it.each(goldenCases())('$name: comes out as the text beside it', async (golden) => {
  const text = runGolden(golden, passes);
  expect(parseGraph(text, golden.expected)).toMatchObject({ ok: true });
  await expect(text).toMatchFileSnapshot(golden.expected);
});

it('has a case for every pass', () => {
  const folders = new Set(goldenCases().map(({ name }) => name.split('/')[0]));
  expect(passes.map(({ name }) => name).filter((name) => !folders.has(name))).toEqual([]);
});
