// The header of a safetensors file, read with a grammar of its own: JSON.parse would drop a name that stands twice and round a size past 2^53.

export type HeaderEntry = Readonly<{ name: string; dtype: string; shape: readonly number[]; offsets: readonly number[] }>;
/** What ends the reading; `at`: byte of the header. */
export type HeaderRefusals = Readonly<{ syntax(at: number, what: string): never; twice(at: number, name: string): never }>;

const metadata = '__metadata__', fields = ['dtype', 'shape', 'data_offsets'] as const;
const blank = /[ \t\n\r]*/y, text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y, natural = /(?:0|[1-9]\d{0,15})(?![\d.eE])/y;
/** Names of tensors and texts of the metadata; sizes of one shape. */
const mostText = 65_536, mostSizes = 64;

/** Tensors in the order of the header; `__metadata__` (texts by name) is read and left out. */
export function readHeader(bytes: Uint8Array, { syntax, twice }: HeaderRefusals): readonly HeaderEntry[] {
  const source = decoded(bytes, syntax), entries: HeaderEntry[] = [], names = new Set<string>();
  let at = 0;
  // The position in UTF-8: names of tensors are almost always ASCII, so this is rarely more than `at`.
  const byte = (): number => Buffer.byteLength(source.slice(0, at));
  const skip = (): void => { blank.lastIndex = at; blank.test(source); at = blank.lastIndex; };
  const expected = (what: string): never => syntax(byte(), `wanted ${what}, came ${at < source.length ? JSON.stringify(source.slice(at, at + 12)) : 'its end'}`);
  const sign = (character: string): void => { skip(); if (source[at] !== character) expected(`\`${character}\``); at++; };
  const is = (character: string): boolean => { skip(); return source[at] === character; };
  const match = (pattern: RegExp, what: string): string => {
    skip();
    pattern.lastIndex = at;
    if (!pattern.test(source)) expected(what);
    const found = source.slice(at, pattern.lastIndex);
    at = pattern.lastIndex;
    return found;
  };
  const word = (what: string): string => {
    const close = endOfText(source, (skip(), at));
    if (close - at > mostText) syntax(byte(), `a text of more than ${mostText} characters`);
    return JSON.parse(match(text, what)) as string;
  };
  /** `{ "name": ..., ... }`; `read` takes the value behind each colon. */
  const object = (what: string, read: (name: string, nameAt: number) => void): void => {
    sign('{');
    for (let first = true; !is('}'); first = false) {
      if (!first) sign(',');
      skip();
      const nameAt = at, name = word(what);
      sign(':');
      read(name, nameAt);
    }
    sign('}');
  };
  const once = (seen: Set<string>, name: string, nameAt: number): void => { if (seen.has(name)) { at = nameAt; twice(byte(), name); } seen.add(name); };
  const numbers = (): number[] => {
    const found: number[] = [];
    sign('[');
    while (!is(']')) {
      if (found.length > 0) sign(',');
      if (found.length >= mostSizes) syntax(byte(), `more than ${mostSizes} numbers in one list`);
      const value = Number(match(natural, 'a whole number from 0'));
      if (!Number.isSafeInteger(value)) syntax(byte(), 'a number past 2^53');
      found.push(value);
    }
    sign(']');
    return found;
  };
  const entry = (name: string): HeaderEntry => {
    const said: { dtype?: string; shape?: readonly number[]; data_offsets?: readonly number[] } = {}, seen = new Set<string>();
    object('the name of a field', (field, fieldAt) => {
      once(seen, field, fieldAt);
      if (field === 'dtype') said.dtype = word('the name of an element type');
      else if (field === 'shape' || field === 'data_offsets') said[field] = numbers();
      else { at = fieldAt; syntax(byte(), `a tensor has ${fields.join(', ')}; came ${JSON.stringify(field.slice(0, 40))}`); }
    });
    const missing = fields.find((field) => said[field] === undefined);
    if (missing !== undefined) syntax(byte(), `${JSON.stringify(name.slice(0, 100))} has no ${missing}`);
    return { name, dtype: said.dtype!, shape: said.shape!, offsets: said.data_offsets! };
  };
  object('the name of a tensor', (name, nameAt) => {
    once(names, name, nameAt);
    if (name !== metadata) { entries.push(entry(name)); return; }
    const keys = new Set<string>();
    object('a name', (key, keyAt) => { once(keys, key, keyAt); word('a text'); });
  });
  skip();
  return at === source.length ? entries : expected('nothing more');
}

function decoded(bytes: Uint8Array, syntax: HeaderRefusals['syntax']): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (caught) {
    if (!(caught instanceof TypeError)) throw caught;
    return syntax(0, 'it is not UTF-8');
  }
}

/** Where a text that starts at `from` is closed; found by steps, as a pattern over megabytes overflows the stack of the engine. */
function endOfText(source: string, from: number): number {
  for (let at = source.indexOf('"', from + 1); at >= 0; at = source.indexOf('"', at + 1)) {
    let slashes = 0;
    while (source[at - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return at;
  }
  return source.length;
}
