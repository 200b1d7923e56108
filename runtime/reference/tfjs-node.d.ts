// Type of an optional package: the house must compile where it could not be installed, and knows it only as tfjs-core with one more backend.
declare module '@tensorflow/tfjs-node' {
  const tf: typeof import('@tensorflow/tfjs-core');
  export default tf;
}
