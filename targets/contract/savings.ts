// The figures of a network that rewriting makes smaller: what a pass saves is told in these, wherever it is told.

/** In the order in which they are told. Operations are of one sample; those of spikes are expected at the assumed rate (work.ts). */
export const figures = {
  neurons: 'neurons', rows: 'weight rows', columns: 'weight columns', crossbars: 'crossbars', updates: 'updates', sops: 'expected SOPs', macs: 'MACs', counterWords: 'expected counter words',
} as const;
export type Figure = keyof typeof figures;
export const figureNames = Object.keys(figures) as readonly Figure[];
/** One figure that became smaller. */
export type Saving = Readonly<{ what: Figure; before: number; after: number }>;
