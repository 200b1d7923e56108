// Codecs between values and decoded protobuf messages: each shape is declared once and works both ways, so that what is written can be read.
import type { Fault } from './fault.ts';
import type { Pair, Span } from './units.ts';
import { bytesUneven, fieldMissing, nameUnknown } from './faults.ts';

export type Report = (fault: Fault) => void;
/** A protobuf message as plain fields; a field that is not its own is absent. */
export type Wire = Readonly<Record<string, unknown>>;

/**
 * `write` gives what protobuf encodes and throws on a value that the format cannot hold (our own bug); `read` takes what protobuf decoded, types already right,
 * reports what is wrong and gives undefined then. `may`: the field may be absent.
 */
export type Codec<T> = Readonly<{ write(value: T): unknown; read(wire: unknown, part: string, report: Report): T | undefined; may?: true }>;
/** Codecs of the fields of a record; the key order is the order of reading, the wire has its own. */
export type Fields<T> = { readonly [K in keyof T]-?: Codec<Exclude<T[K], undefined>> };

const isWire = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
const fieldOf = (wire: Wire, name: string): unknown => (Object.hasOwn(wire, name) ? wire[name] : undefined);

/** 32 bits, unsigned; absent is 0. */
export const whole: Codec<number> = {
  write(value) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new RangeError(`a program cannot hold ${value} where a whole number below 2^32 belongs`);
    return value;
  },
  read: (wire) => (typeof wire === 'number' ? wire : 0),
};
/** A double; absent is 0. */
export const real: Codec<number> = { write: (value) => value, read: (wire) => (typeof wire === 'number' ? wire : 0) };
/** A yes or no; absent is no. */
export const flag: Codec<boolean> = { write: (value) => value, read: (wire) => wire === true };
export const text: Codec<string> = { write: (value) => value, read: (wire) => (typeof wire === 'string' ? wire : '') };
export const optional = <T>(codec: Codec<T>): Codec<T> => ({ write: (value) => codec.write(value), read: (wire, part, report) => (wire === undefined ? undefined : codec.read(wire, part, report)), may: true });

/** One of a list of names, by its number in the schema. */
export const choice = <const Names extends readonly string[]>(...names: Names): Codec<Names[number]> => ({
  write: (value) => names.indexOf(value),
  read(wire, part, report) {
    const index = typeof wire === 'number' ? wire : 0;
    if (index < 0 || index >= names.length) report(nameUnknown(part, names, index));
    return names[index];
  },
});

export const list = <T>(codec: Codec<T>): Codec<readonly T[]> => ({
  write: (values) => values.map((value) => codec.write(value)),
  read(wire, part, report) {
    if (!Array.isArray(wire)) return [];
    const values: T[] = [];
    for (let i = 0; i < wire.length; i++) {
      const value = codec.read(wire[i], `${part}[${i}]`, report);
      if (value !== undefined) values.push(value);
    }
    return values.length === wire.length ? values : undefined;
  },
});

/** Reads the named fields of one message into a value; undefined when any is wrong. `part` is '' at the root. */
export function readFields<T>(fields: Fields<T>, wire: Wire, part: string, report: Report): T | undefined {
  const value: Record<string, unknown> = {};
  let complete = true;
  for (const name of Object.keys(fields) as (keyof T & string)[]) {
    const codec = fields[name], field = fieldOf(wire, name), came = codec.read(field, part === '' ? name : `${part}.${name}`, report);
    if (came !== undefined) value[name] = came;
    else if (!codec.may || field !== undefined) complete = false;
  }
  return complete ? value as T : undefined;
}

export function writeFields<T>(fields: Fields<T>, value: T): Record<string, unknown> {
  const wire: Record<string, unknown> = {};
  for (const name of Object.keys(fields) as (keyof T & string)[]) {
    const field = value[name];
    if (field !== undefined) wire[name] = fields[name].write(field as Exclude<T[keyof T & string], undefined>);
  }
  return wire;
}

export const record = <T>(fields: Fields<T>): Codec<T> => ({
  write: (value) => writeFields(fields, value),
  read(wire, part, report) {
    if (isWire(wire)) return readFields(fields, wire, part, report);
    report(fieldMissing(part));
    return undefined;
  },
});

/** A union told apart by `tag`, an enumeration of the message; each kind reads its own fields of the same message. */
export function variant<Tag extends string, T extends Readonly<Record<Tag, string>>>(
  tag: Tag, kinds: { readonly [K in T[Tag]]: Fields<Omit<Extract<T, Readonly<Record<Tag, K>>>, Tag>> }): Codec<T> {
  const names = Object.keys(kinds) as T[Tag][], codec = choice(...names);
  const fieldsOf = (kind: T[Tag]) => kinds[kind] as Fields<object>;
  return {
    write: (value) => ({ [tag]: codec.write(value[tag]), ...writeFields<object>(fieldsOf(value[tag]), value) }),
    read(wire, part, report) {
      if (!isWire(wire)) { report(fieldMissing(part)); return undefined; }
      const kind = codec.read(fieldOf(wire, tag), `${part}.${tag}`, report);
      const rest = kind === undefined ? undefined : readFields(fieldsOf(kind), wire, part, report);
      return rest === undefined ? undefined : { [tag]: kind, ...rest } as T;
    },
  };
}

/** A union told apart by which one of the messages of a `oneof` is there; `common` are fields beside it. */
export function oneOf<T extends Readonly<{ kind: string }>, Common>(
  common: Fields<Common>, kinds: { readonly [K in T['kind']]: Fields<Omit<Extract<T, Readonly<{ kind: K }>>, 'kind' | keyof Common>> }): Codec<T> {
  const names = Object.keys(kinds) as T['kind'][], fieldsOf = (kind: T['kind']) => kinds[kind] as Fields<object>;
  return {
    write: (value) => ({ ...writeFields(common, value as T & Common), [value.kind]: writeFields<object>(fieldsOf(value.kind as T['kind']), value) }),
    read(wire, part, report) {
      const kind = isWire(wire) ? names.find((name) => isWire(fieldOf(wire, name))) : undefined;
      if (!isWire(wire) || kind === undefined) { report(fieldMissing(`${part}.kind`)); return undefined; }
      const shared = readFields(common, wire, part, report), own = readFields(fieldsOf(kind), fieldOf(wire, kind) as Wire, part, report);
      return shared === undefined || own === undefined ? undefined : { ...shared, kind, ...own } as object as T;
    },
  };
}

export const span: Codec<Span> = record<Span>({ from: whole, to: whole });
/** A pair of numbers as a message with two named fields. */
export const pairOf = (first: string, second: string): Codec<Pair> => {
  const both = record<Record<string, number>>({ [first]: whole, [second]: whole });
  return {
    write: (value) => both.write({ [first]: value[0], [second]: value[1] }),
    read(wire, part, report) {
      const value = both.read(wire, part, report);
      return value && [value[first], value[second]];
    },
  };
};

const noBytes = new Uint8Array(0);
const bytesOf = (wire: unknown): Uint8Array => (wire instanceof Uint8Array ? wire : noBytes);
/** Bytes are copied: what protobuf gives is a view of the file at any offset. */
export const int8s: Codec<Int8Array> = { write: (value) => new Uint8Array(value.buffer, value.byteOffset, value.length), read: (wire) => { const bytes = bytesOf(wire); return new Int8Array(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)); } };
export const uint8s: Codec<Uint8Array> = { write: (value) => value, read: (wire) => new Uint8Array(bytesOf(wire)) };

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
export const int32s: Codec<Int32Array> = {
  write: (value) => { const bytes = new Uint8Array(4 * value.length), view = viewOf(bytes); value.forEach((each, i) => view.setInt32(4 * i, each, true)); return bytes; },
  read(wire, part, report) {
    const bytes = bytesOf(wire), view = viewOf(bytes);
    if (bytes.length % 4 !== 0) { report(bytesUneven(part, 4, bytes.length)); return undefined; }
    return Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i, true));
  },
};
export const float64s: Codec<Float64Array> = {
  write: (value) => { const bytes = new Uint8Array(8 * value.length), view = viewOf(bytes); value.forEach((each, i) => view.setFloat64(8 * i, each, true)); return bytes; },
  read(wire, part, report) {
    const bytes = bytesOf(wire), view = viewOf(bytes);
    if (bytes.length % 8 !== 0) { report(bytesUneven(part, 8, bytes.length)); return undefined; }
    return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
  },
};
export const uint32s: Codec<Uint32Array> = {
  write: (value) => { const bytes = new Uint8Array(4 * value.length), view = viewOf(bytes); value.forEach((each, i) => view.setUint32(4 * i, each, true)); return bytes; },
  read(wire, part, report) {
    const bytes = bytesOf(wire), view = viewOf(bytes);
    if (bytes.length % 4 !== 0) { report(bytesUneven(part, 4, bytes.length)); return undefined; }
    return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  },
};
