// Which file of a case is its checkpoint: a plain name, never a path.
import { expect, it } from 'vitest';
import { checkpointFile } from '../../runtime/conform/checkpoint-file.ts';
import { valueOf } from './outcome.ts';

it('is model.pth unless the descriptor names another', () => {
  expect([{}, undefined, 'text', { checkpoint: {} }, { checkpoint: { file: 'checkpoint.t7' } }].map((descriptor) => valueOf(checkpointFile(descriptor, 'arch.json')))).toEqual([...Array(4).fill('model.pth'), 'checkpoint.t7']);
});
it.each(['../model.pth', '/etc/passwd', 'a/b.pth', 'a\\b.pth', '..', '.', '', 7, null, 'a\0b'])('is refused where it leaves the folder or is no name: %j', (file) => {
  const outcome = checkpointFile({ checkpoint: { file } }, 'arch.json');
  expect(outcome.ok ? [] : outcome.faults.map(({ code, at }) => [code, at])).toEqual([['R2001', { in: 'descriptor', file: 'arch.json', path: 'checkpoint.file' }]]);
});
