// Caps on what a descriptor may ask for, so that nothing huge is ever allocated on its word (a checkpoint's own caps: compiler/files/limits.ts).

/** Far above every published network of these families, far below what a machine cannot hold. */
export const most = {
  steps: 1024, side: 4096, inputChannels: 4096, channels: 65_536, hidden: 262_144, depth: 1024, heads: 65_536, classes: 65_536,
  /** Of every ratio, scale, threshold and statistic; and its inverse is the least. */
  factor: 1e6,
  window: 64,
  /** Of a graded spike. */
  levels: 255,
  /** Neurons times steps of one sample: 134 million; 8 blocks of 768 channels at 224 x 224 and T 4 are 84 million. */
  neuronSteps: 2 ** 27,
  names: 65_536, nameLength: 256, patterns: 256, descriptorBytes: 2 ** 22,
  /** Values of one descriptor, golden tables included. */
  descriptorValues: 2 ** 19,
  /** Keys of a checkpoint that are listed one by one; pairs of names compared for "did you mean"; characters compared for ignored_keys. */
  keysListed: 2000, namePairs: 20_000, patternWork: 2 ** 30,
  /** Mistakes of one descriptor that are listed one by one. */
  listed: 200,
} as const;
