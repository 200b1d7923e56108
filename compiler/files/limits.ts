// Caps on untrusted input (checkpoints.md section 10): our own checks, because the engine's heap limits do not see typed arrays.

export type Limits = Readonly<{
  fileBytes: number;
  /** Members of one zip archive. */
  members: number;
  /** Bytes that all members of one archive, or one gzip stream, may make when they are unpacked. */
  inflatedBytes: number;
  /** Inflated over stored bytes; asked only of streams that make more than `ratioFreeBytes`. */
  inflateRatio: number;
  ratioFreeBytes: number;
  pickleBytes: number;
  pickleOpcodes: number;
  pickleDepth: number;
  pickleMemo: number;
  /** Containers a pickle may make. */
  pickleObjects: number;
  /** Bytes of the header of a safetensors file. */
  headerBytes: number;
  tensors: number;
  /** Values of all tensors of a checkpoint together, and of the storages they are views of. */
  values: number;
  /** Bytes of the arrays of one npz, or of an array that has to be reordered in memory. */
  arrayBytes: number;
  /** Larger array files stay on disk and are read piece by piece. */
  residentBytes: number;
}>;

export const defaultLimits: Limits = {
  fileBytes: 2 ** 36, members: 200_000, inflatedBytes: 2 ** 29, inflateRatio: 1000, ratioFreeBytes: 2 ** 26,
  pickleBytes: 2 ** 26, pickleOpcodes: 1e7, pickleDepth: 200, pickleMemo: 1e6, pickleObjects: 1e6, headerBytes: 1e8,
  tensors: 100_000, values: 2 ** 27, arrayBytes: 2 ** 30, residentBytes: 2 ** 28,
};
