// Attention of the slow reference: products written out as sums over positions and channels, never as counters.
import type { Attend } from '../../targets/contract/program.ts';
import type { Machine } from './reference.ts';

export function attendSlowly(stage: Attend, { program, read, sums, count }: Machine): void {
  const heads = stage.heads.to - stage.heads.from, reads = stage.contexts.to - stage.contexts.from - stage.fills, [keys, width] = stage.width;
  const allSteps = Array.from({ length: program.steps }, (_, step) => step), fills = Array.from({ length: stage.fills }, (_, n) => n);
  for (let step = 0; step < program.steps; step++) for (let head = 0; head < heads; head++) {
    const query = (n: number, c: number): number => read(stage.query, step, n, head * keys + c);
    const key = (at: number, m: number, c: number): number => read(stage.key, at, m, head * keys + c), value = (at: number, m: number, e: number): number =>
      read(stage.value!, at, m, head * width + e);
    const channels = Array.from({ length: keys }, (_, c) => c);
    for (let n = 0; n < reads; n++) for (let e = 0; e < width; e++) {
      let sum = 0;
      if (stage.form === 'matrix') {
        for (const c of channels) {
          sum += query(n, c) * (stage.store === 'rows' ? read(stage.key, step, c, head * width + e) : read(stage.key, step, stage.key.positions.from + e, head * keys + c));
        }
      } else for (const at of stage.clear === 'sample' ? allSteps : [step]) for (const m of fills) {
        const met = stage.form === 'hamming' ? (a: number, b: number) => (2 * a - 1) * (2 * b - 1) : (a: number, b: number) => a * b;
        sum += channels.reduce((total, c) => total + met(query(n, c), key(at, m, c)), 0) * value(at, m, e);
      }
      sums.set(`${stage.id}/${step}/${n}/${stage.columns.from + head * width + e}`, sum);
      if (stage.form === 'qk') { for (const m of fills) count('sopQ', channels.reduce((total, c) => total + query(n, c) * key(step, m, c), 0) * value(step, m, e)); continue; }
      count('sopQ', channels.reduce((total, c) => total + Math.abs(query(n, c)), 0));
      if (stage.form === 'hamming') count('partialAdd', 2);
    }
    if (stage.form === 'qk') for (let n = 0; n < reads; n++) for (const m of fills) count('sopKv', channels.reduce((total, c) => total + query(n, c) * key(step, m, c), 0));
    else if (stage.form !== 'matrix') for (const m of fills) for (let e = 0; e < width; e++) {
      count('sopKv', channels.reduce((total, c) => total + Math.abs(key(step, m, c) * value(step, m, e)), 0));
      if (stage.form === 'hamming') count('partialAdd', 2 * value(step, m, e));
    }
  }
}
