// Faults gathered by one verification: all shown to a person, bounded where a hostile program has millions.
import type { Fault } from '../fault.ts';
import { moreFaults } from '../faults.ts';

export type Findings = Readonly<{ report(fault: Fault): void; count(): number; all(): readonly Fault[] }>;

const most = 500;

export function openFindings(): Findings {
  const faults: Fault[] = [];
  let count = 0;
  return {
    report: (fault) => { if (++count <= most) faults.push(fault); },
    count: () => count,
    all: () => (count > most ? [...faults, moreFaults(count - most)] : faults),
  };
}
