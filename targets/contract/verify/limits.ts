// Sizes that no program may exceed, whatever its target: they bound the time and memory of everything that loops over a program. Real networks stay a hundred times below.

export const limits = {
  /** Grid positions x channels of one plane. */
  planeElements: 2 ** 24,
  /** Elements of all planes x steps: what a simulator may have to hold. */
  elementSteps: 2 ** 30,
  steps: 4096,
  planes: 2 ** 16, blocks: 2 ** 16, stages: 2 ** 16, layers: 2 ** 16, edges: 2 ** 20, routes: 2 ** 20, cores: 2 ** 16, names: 2 ** 16,
  nameLength: 2 ** 10,
  /** Target text, characters. */
  textLength: 2 ** 22,
  /** Contexts of all stages x steps: rows of activity. */
  contextSteps: 2 ** 26,
  /** Positions that the contexts of all stages look at, plus the planes they look into: what finding the edges costs. */
  visits: 2 ** 26,
  /** Outputs that write what an input reads a part of, over all inputs: what pairing producers with readers costs. */
  pairs: 2 ** 26,
  sumBits: 32,
  shift: 24, gainShift: 24, plasticShift: 48,
  /** Denominator of a kept fraction: its product with a membrane stays an exact double. */
  keepDenominator: 2 ** 16,
  /** Bits below the point of a membrane; of the kept fraction of an elastic neuron, whose product with a membrane stays an exact double. */
  fractionBits: 20, keepBits: 16, keep: 2 ** 20,
  /** Footprint of one memory, bytes. */
  bytes: 2 ** 32 - 1,
} as const;

/** Width of a stored bias, threshold, gain, kept fraction or border correction, and of a readout's bias or step weight. */
export const tableBits = 24;
export const readoutBits = 32;
/** Width in which a soma computes what it then stores or resets. */
export const updateBits = 32;
