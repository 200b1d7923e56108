// Dimensions and their units: the text "1.56 pJ" to and from the number that Arch and CostTable hold. Decimal points move as text, so a printed target reads back to the same bits.

/** value = number x 10^tens x times, in the unit that Arch and CostTable hold. */
type Unit = Readonly<{ tens: number; times: number }>;
type DimensionRow = Readonly<{ whole: boolean; units: Readonly<Record<string, Unit>>; show: (value: number) => string }>;

const tens = (power: number): Unit => ({ tens: power, times: 1 });
const times = (factor: number): Unit => ({ tens: 0, times: factor });
const counted = (one: string, many: string) => (value: number): string => `${value} ${value === 1 ? one : many}`;

/** The first unit of a row is the one that messages and the help text name. */
const rows = {
  count: { whole: true, units: { '': tens(0) }, show: String },
  bits: { whole: true, units: { bits: tens(0), bit: tens(0) }, show: counted('bit', 'bits') },
  bytes: { whole: true, units: { KiB: times(1024), B: times(1), MiB: times(1024 * 1024) }, show: (value) => (value % 1024 === 0 && value > 0 ? `${value / 1024} KiB` : `${value} B`) },
  cycles: { whole: true, units: { cycles: tens(0), cycle: tens(0) }, show: counted('cycle', 'cycles') },
  frequency: { whole: false, units: { MHz: tens(6), Hz: tens(0), kHz: tens(3), GHz: tens(9) }, show: (value) => `${shown(value, 6)} MHz` },
  length: { whole: false, units: { mm: tens(0), um: tens(-3) }, show: (value) => `${value} mm` },
  node: { whole: false, units: { nm: tens(0), um: tens(3) }, show: (value) => `${value} nm` },
  voltage: { whole: false, units: { V: tens(0), mV: tens(-3) }, show: (value) => `${value} V` },
  power: { whole: false, units: { mW: tens(0), nW: tens(-6), uW: tens(-3), W: tens(3) }, show: (value) => `${value} mW` },
  energy: { whole: false, units: { pJ: tens(0), fJ: tens(-3), nJ: tens(3) }, show: (value) => `${value} pJ` },
} as const satisfies Record<string, DimensionRow>;
export type Dimension = keyof typeof rows;
export const dimensions: Readonly<Record<Dimension, DimensionRow>> = rows;

/** Times that a number of cycles may be written as; they must be whole cycles of the chip's clock. */
const timeUnits: Readonly<Record<string, number>> = { ns: -9, ps: -12, us: -6 };

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined);

/** Units that a dimension is written in, the usual one first; singulars left out. */
export function unitNames(dimension: Dimension): readonly string[] {
  const { units } = dimensions[dimension], plurals = Object.keys(units).filter((name) => !Object.hasOwn(units, `${name}s`));
  return dimension === 'cycles' ? [...plurals, ...Object.keys(timeUnits)] : plurals;
}
export const usualUnit = (dimension: Dimension): string => Object.keys(dimensions[dimension].units)[0];

/** Moves the decimal point of a decimal number's text. */
function shift(text: string, places: number): string {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e');
  return `${mantissa}e${Number(exponent) + places}`;
}

/** Text of value / 10^power that `shift` brings back to exactly this value. */
function shown(value: number, power: number): string {
  const exact = shift(String(value), -power), plain = String(Number(exact));
  return Number(shift(plain, power)) === value ? plain : exact;
}

/**
 * Value of a number with its unit, in the unit that Arch holds; undefined where the dimension has no such unit. May be NaN or infinite: the range check refuses those.
 * The sum with 0 turns -0 into 0, which prints alike.
 */
export function valueOf(dimension: Dimension, number: string, unit: string): number | undefined {
  const scale = own(dimensions[dimension].units, unit);
  return scale && Number(shift(number, scale.tens)) * scale.times + 0;
}

/** How many of `unit` a value is ("65536" bytes in KiB is 64): the denominator of a rate such as mW/KiB. */
export function countOf(dimension: Dimension, value: number, unit: string): number | undefined {
  const scale = own(dimensions[dimension].units, unit);
  return scale && Number(shift(String(value), -scale.tens)) / scale.times;
}

/** Cycles of a time at a clock, not rounded but for the last bits of the division; undefined where the unit is no time. */
export function cyclesOf(number: string, unit: string, hertz: number): number | undefined {
  const power = own(timeUnits, unit);
  if (power === undefined) return undefined;
  const cycles = Number(shift(number, power)) * hertz, whole = Math.round(cycles);
  return (Math.abs(cycles - whole) <= 1e-9 * Math.max(1, whole) ? whole : cycles) + 0;
}
