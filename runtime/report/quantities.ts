// Numbers as people read them: three significant digits, a prefix, a unit. One place, so that terminal and page agree.

const prefixes = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
] as const;

/** Three significant digits without exponent: 0.0312, 5.98, 61.2, 412. */
export function digits(value: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3)),
    size = Math.abs(rounded);
  return size >= 1000 ? Math.round(value).toLocaleString('en-US') : rounded.toFixed(Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size)))));
}

/** `value` in `unit` with the largest prefix that leaves at least 1: quantity(8.31e-6, 'J') is '8.31 µJ'. */
export function quantity(value: number, unit: string): string {
  if (value === 0) return `0 ${unit}`.trim();
  const [scale, prefix] = prefixes.find(([factor]) => Math.abs(value) >= factor * 0.9995) ?? prefixes[prefixes.length - 1];
  return `${digits(value / scale)} ${prefix}${unit}`.trim();
}

export const energyText = (picojoules: number): string => quantity(picojoules * 1e-12, 'J');
export const powerText = (milliwatts: number): string => quantity(milliwatts * 1e-3, 'W');
export const timeText = (seconds: number): string => quantity(seconds, 's');
/** Counts: whole up to 9,999, then k, M, G. */
export const countText = (count: number): string =>
  count < 9999.5 && Number.isInteger(count) ? count.toLocaleString('en-US') : count < 999.5 ? digits(count) : quantity(count, '');
/** Whole numbers in full, with thousands separated. */
export const wholeText = (count: number): string => Math.round(count).toLocaleString('en-US');
export const percentText = (fraction: number, places = 1): string => `${(fraction * 100).toFixed(places)} %`;
export function bytesText(bytes: number): string {
  return bytes < 1024 ? `${Math.round(bytes)} B` : bytes < 1024 * 1024 ? `${digits(bytes / 1024)} KiB` : `${digits(bytes / 1024 / 1024)} MiB`;
}
/** `1 core`, `2 cores`. */
export const plural = (count: number, noun: string): string => `${wholeText(count)} ${noun}${count === 1 ? '' : 's'}`;
