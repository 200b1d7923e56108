// The header of an npy file: a Python dict literal, read with a grammar of its own and never evaluated.
import { elementCount, elements } from './elements.ts';
import type { ElementType } from './elements.ts';
import { npyHeader, npyType, shown } from './faults.ts';
import type { Spot } from './faults.ts';
import { refuse } from './refusal.ts';

/** `count`: elements of `shape`. */
export type ArrayHeader = Readonly<{ shape: readonly number[]; count: number; dtype: ElementType; little: boolean; fortran: boolean; dataAt: number }>;

type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const mostHeader = 2 ** 16, mostNesting = 32, mostSizes = 64;

export const isNpy = (head: Uint8Array): boolean => magic.every((byte, i) => head[i] === byte);

/** Reads the header; `read` gives bytes of the file or member, `size` is how many there are. */
export function readNpyHeader(spot: Spot, size: number, read: (at: number, length: number) => Uint8Array): ArrayHeader {
  const wrong = (what: string): never => refuse(npyHeader(spot, what));
  if (size < 12) wrong(`wanted at least 12 bytes; came ${size}`);
  const head = read(0, 12), major = head[6];
  if (!isNpy(head)) wrong('the magic bytes are missing');
  if (major < 1 || major > 3) wrong(`wanted version 1, 2 or 3; came ${major}`);
  const at = major === 1 ? 10 : 12, length = head[8] + head[9] * 256 + (major === 1 ? 0 : head[10] * 65536 + head[11] * 2 ** 24);
  if (length > mostHeader) wrong(`it claims ${length} bytes; at most ${mostHeader} are read`);
  if (at + length > size) wrong(`it claims ${length} bytes; ${size - at} are left`);
  const fields = parseLiteral(new TextDecoder().decode(read(at, length)), wrong);
  if (!(fields instanceof Map)) return wrong('wanted a dict');
  const fortran: Literal | undefined = fields.get('fortran_order'), shape: Literal | undefined = fields.get('shape');
  if (typeof fortran !== 'boolean') return wrong('wanted True or False as fortran_order');
  if (!Array.isArray(shape)) return wrong('wanted a tuple as shape');
  const sizes = shape.filter((item): item is number => typeof item === 'number'), count = elementCount(sizes);
  if (sizes.length !== shape.length || sizes.length > mostSizes || count === undefined) return wrong(`wanted at most ${mostSizes} natural numbers as shape, with a product below 2^53`);
  return { shape: sizes, count, ...elementType(spot, fields.get('descr')), fortran, dataAt: at + length };
}

const descriptors: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['f2', 'float16'], ['f4', 'float32'], ['f8', 'float64'], ['i1', 'int8'], ['i2', 'int16'], ['i4', 'int32'], ['i8', 'int64'],
  ['u1', 'uint8'], ['u2', 'uint16'], ['u4', 'uint32'], ['u8', 'uint64'], ['b1', 'bool'],
]);

/** numpy's name of an element type, little-endian; undefined for bfloat16, which numpy does not have. */
export function descriptorOf(type: ElementType): string | undefined {
  for (const [name, known] of descriptors) if (known === type) return `${elements[type].bytes === 1 ? '|' : '<'}${name}`;
  return undefined;
}

function elementType(spot: Spot, descriptor: Literal | undefined): { dtype: ElementType; little: boolean } {
  if (Array.isArray(descriptor)) return refuse(npyType(spot, `structured, with ${descriptor.length} fields,`));
  if (typeof descriptor !== 'string') return refuse(npyHeader(spot, 'wanted text as descr'));
  if (/^[|<>=]?O/.test(descriptor)) return refuse(npyType(spot, 'object (a pickle)'));
  const known = /^([|<>=]?)(\w\d)$/.exec(descriptor), dtype = known ? descriptors.get(known[2]) : undefined;
  return known && dtype ? { dtype, little: known[1] !== '>' } : refuse(npyType(spot, shown(descriptor)));
}

/** Python literals: dicts with text keys, lists, tuples, text without escapes (so that tokens are found in linear time), integers, True, False, None. */
function parseLiteral(text: string, wrong: (what: string) => never): Literal {
  const tokens = text.match(/'[^'\\]*'|"[^"\\]*"|-?\d+L?|True|False|None|[{}()[\]:,]|\S/gu) ?? [];
  let next = 0;
  const expected = (what: string): never => wrong(`wanted ${what}; came ${next < tokens.length ? shown(tokens[next]) : 'its end'}`);
  const items = (close: string, depth: number): Literal[] => {
    const found: Literal[] = [];
    while (tokens[next] !== close) {
      found.push(value(depth));
      if (tokens[next] === ',') next++;
      else if (tokens[next] !== close) expected(`a comma or "${close}"`);
    }
    next++;
    return found;
  };
  const pairs = (depth: number): Literal => {
    const found = new Map<string, Literal>();
    while (tokens[next] !== '}') {
      const key = value(depth);
      if (typeof key !== 'string') return expected('text as a key');
      if (tokens[next++] !== ':') expected('a colon');
      found.set(key, value(depth));
      if (tokens[next] === ',') next++;
      else if (tokens[next] !== '}') expected('a comma or "}"');
    }
    next++;
    return found;
  };
  const value = (depth: number): Literal => {
    const token = tokens[next];
    if (depth > mostNesting) return wrong(`it is nested deeper than ${mostNesting}`);
    if (token === undefined) return expected('a value');
    next++;
    if (token === '{') return pairs(depth + 1);
    if (token === '(' || token === '[') return items(token === '(' ? ')' : ']', depth + 1);
    if (/^['"]./u.test(token)) return token.slice(1, -1);
    if (/^-?\d/.test(token)) return Number.parseInt(token, 10);
    if (token === 'True' || token === 'False') return token === 'True';
    if (token === 'None') return null;
    next--;
    return expected('a value');
  };
  const whole = value(0);
  return next === tokens.length ? whole : expected('nothing more');
}
