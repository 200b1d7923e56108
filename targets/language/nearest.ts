// "did you mean": the known name that a misspelt one is closest to.

/** Levenshtein distance, letter case ignored. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) row.push(Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    previous = row;
  }
  return previous[b.length];
}

/** The nearest of `known`, if at most about a third of its letters differ. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 60) return undefined;
  const ranked = known.map((name) => ({ name, off: distance(word.toLowerCase(), name.toLowerCase()) })).sort((a, b) => a.off - b.off);
  return ranked.length > 0 && ranked[0].off <= Math.max(1, Math.floor(ranked[0].name.length / 3)) ? ranked[0].name : undefined;
}
