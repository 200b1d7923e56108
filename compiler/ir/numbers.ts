// Facts about the numbers of a tensor, in plain loops: every weight of a network passes here after every pass, and a callback per element costs ten times as much.

export function allFinite(data: Float64Array): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}

/** Whether all are whole numbers below 2^53. */
export function allWhole(data: Float64Array): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isSafeInteger(data[i])) return false;
  return true;
}

/** The least and the greatest; infinite the wrong way round where there are none. */
export function extremes(data: ArrayLike<number>): readonly [least: number, greatest: number] {
  let least = Infinity, greatest = -Infinity;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}
