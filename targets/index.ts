// The shipped chips: one row each, its file is NAME.chip beside this one. How to add one: write the file, add a row.

export const shippedChips = {
  mesh45: '8 x 8 cores of 256 x 256 at 45 nm: the default',
  small32: '16 x 16 cores of 32 x 32 with tight memories and no multicast: breaks what only fits a large chip',
  'small32-saturating': 'small32 with saturating sums, in a fixed order of additions',
} as const satisfies Record<string, string>;
