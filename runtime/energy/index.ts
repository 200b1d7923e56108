// The dialects, in the order a report shows them: the estimate first.
import type { Dialect } from './dialect.ts';
import { hardware } from './hardware.ts';
import { literature } from './literature.ts';

/** A dialect is one file and one row here. */
export const dialects: readonly Dialect[] = [hardware, literature];
