// Constants of every step without a factor of the channels.
import type { Tensor } from '../../ir/types.ts';

/** @param constants [steps] or [steps, channels] @param scale [channels] */
export function stepsOver({ shape, data }: Tensor, scale: Float64Array): Tensor {
  const channels = scale.length, [steps] = shape;
  return { shape: [steps, channels], data: Float64Array.from({ length: steps * channels }, (_, i) => data[shape.length > 1 ? i : Math.floor(i / channels)] / scale[i % channels]) };
}
