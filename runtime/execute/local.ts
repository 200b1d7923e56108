// Executor on piscina's worker threads of this machine.
import { Piscina } from 'piscina';
import type { Executor } from './executor.ts';

/**
 * @param task path of the built module whose default export runs one task
 * @param workers threads
 */
export function localExecutor(task: string, workers: number): Executor {
  const pool = new Piscina({ filename: task, minThreads: workers, maxThreads: workers, idleTimeout: 60_000 });
  return {
    async map<I, O>(tasks: readonly I[], { signal, samples, onProgress }: Parameters<Executor['map']>[1] & Readonly<{ samples: (task: I) => number }>) {
      const results: (O | undefined)[] = tasks.map(() => undefined);
      let next = 0, done = 0, failure: unknown;
      const lane = async (): Promise<void> => {
        while (next < tasks.length && !signal?.aborted && failure === undefined) {
          const index = next++;
          try {
            results[index] = await pool.run(tasks[index], signal ? { signal } : {}) as O;
          } catch (error) {
            if (!signal?.aborted) failure ??= error;
            return;
          }
          done += samples(tasks[index]);
          onProgress?.(done);
        }
      };
      await Promise.all(Array.from({ length: workers }, lane));
      if (failure !== undefined) throw failure;
      const first = results.findIndex((result) => result === undefined);
      return results.slice(0, first < 0 ? results.length : first) as O[];
    },
    close: () => pool.destroy(),
  };
}

/** Bytes on memory that all workers see without a copy. */
export function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  copy.set(bytes);
  return copy;
}
