// "did you mean": the known name that a misspelt one is closest to.

/** Longer names, and longer lists, are not compared: a hostile file must not make this slow. */
const longest = 96, mostNames = 4096;

/** The nearest of `known`, if at most a third of its letters differ (letter case ignored); ties go to the first. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > longest || known.length > mostNames) return undefined;
  let best: string | undefined, least = Infinity;
  for (const name of known) {
    const allowed = Math.min(least - 1, Math.max(1, Math.floor(name.length / 3)));
    if (name.length > longest || Math.abs(name.length - word.length) > allowed) continue;
    const off = distance(word.toLowerCase(), name.toLowerCase());
    if (off <= allowed) { best = name; least = off; }
  }
  return best;
}

/** Optimal string alignment: two swapped letters are one mistake. */
function distance(a: string, b: string): number {
  let before: number[] = [], previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : Infinity;
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1), swapped));
    }
    before = previous;
    previous = row;
  }
  return previous[b.length];
}
