// The machine a benchmark ran on, and the commit it ran.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';

/** load: average number of running processes in the last minute; beside as many as there are threads, figures are of a busy machine. */
export type Machine = Readonly<{ cpu: string; threads: number; load: number; node: string; v8: string; commit: string }>;

export function thisMachine(): Machine {
  return { cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: availableParallelism(), load: loadavg()[0], node: process.version, v8: process.versions.v8, commit: commit() };
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes');
  } catch {
    return 'unknown';
  }
}
