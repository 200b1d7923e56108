// The allow-list unpickler: a stack machine that can build data and nothing else. Opcodes: checkpoints.md section 3, and those protocol 4 writes for the same values.
import { pickleMalformed, pickleOpcode, pickleTooDeep, pickleTooLarge, pickleTooManyObjects, pickleTooManyOpcodes, pickleTruncated, refusedGlobal, shown } from './faults.ts';
import type { Spot } from './faults.ts';
import type { Limits } from './limits.ts';
import { describeValue, isKind } from './pickle-value.ts';
import type { Dict, PickleValue, Sequence, StorageRef } from './pickle-value.ts';
import { constructorOf, isAllowed, isWrong, storageOf } from './rebuild.ts';
import { faultsOf, refuse } from './refusal.ts';
import { viewOf } from './source.ts';

/** `refused`: every name outside the allow-list, once, at its first byte; what they would have made is inert. `storages`: all that it names. `end`: where it stops. */
export type Unpickled = Readonly<{ root: PickleValue; refused: ReadonlyMap<string, number>; storages: readonly StorageRef[]; end: number }>;

/** Reads the pickle that begins at byte `from`. What is refused is gathered up to the point where the bytes stop making sense. */
export function unpickle(bytes: Uint8Array, spot: Spot, limits: Limits, from = 0): Unpickled {
  if (bytes.length > limits.pickleBytes) refuse(pickleTooLarge(spot, bytes.length, limits.pickleBytes));
  const refused = new Map<string, number>(), storages: StorageRef[] = [];
  try {
    return { ...run(bytes, spot, limits, from, refused, storages), refused, storages };
  } catch (caught) {
    return refuse(...globalFaults(refused, spot), ...faultsOf(caught));
  }
}

const mostNamed = 20;
export const globalFaults = (refused: ReadonlyMap<string, number>, spot: Spot) => [...refused].slice(0, mostNamed).map(([name, byte]) => refusedGlobal({ ...spot, byte }, name));

function run(bytes: Uint8Array, spot: Spot, limits: Limits, from: number, refused: Map<string, number>, storages: StorageRef[]): Pick<Unpickled, 'root' | 'end'> {
  const view = viewOf(bytes), decoder = new TextDecoder();
  const memo = new Map<number, PickleValue>();
  let stack: PickleValue[] = [];
  const outer: PickleValue[][] = [];  // stacks below each MARK
  let at = from, opcodeAt = from, objects = 0;

  const here = (): Spot => ({ ...spot, byte: opcodeAt });
  const malformed = (what: string): never => refuse(pickleMalformed(here(), what));
  const take = (length: number): number => {
    if (at + length > bytes.length) refuse(pickleTruncated(here(), length, bytes.length - at));
    at += length;
    return at - length;
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0) refuse(pickleTruncated(here(), 1, 0));
    const text = decoder.decode(bytes.subarray(at, end));
    at = end + 1;
    return text;
  };
  const text = (length: number): string => { const from = take(length); return decoder.decode(bytes.subarray(from, from + length)); };
  const long64 = (): number => { const from = take(8); return view.getUint32(from + 4, true) * 2 ** 32 + view.getUint32(from, true); };
  const pop = (): PickleValue => { const value = stack.pop(); return value === undefined ? malformed('the stack is empty') : value; };
  const top = (): PickleValue => (stack.length > 0 ? stack[stack.length - 1] : malformed('the stack is empty'));
  const popMark = (): PickleValue[] => {
    const above = stack, below = outer.pop();
    stack = below ?? malformed('there is no MARK');
    return above;
  };
  const counted = (made = 1): void => { objects += made; if (objects > limits.pickleObjects) refuse(pickleTooManyObjects(here(), 'objects', limits.pickleObjects)); };
  const deepen = (container: Sequence | Dict, child: PickleValue): void => {
    const depth = isKind(child, 'sequence') || isKind(child, 'dict') ? child.depth + 1 : 1;
    if (depth > container.depth) container.depth = depth;
    if (depth > limits.pickleDepth) refuse(pickleTooDeep(here(), limits.pickleDepth));
  };
  const sequence = (items: PickleValue[]): void => {
    counted();
    const made: Sequence = { kind: 'sequence', items, depth: 1 };
    for (const item of items) deepen(made, item);
    stack.push(made);
  };
  const newDict = (entries = 0): Dict => { counted(1 + entries); return { kind: 'dict', entries: new Map(), depth: 1 }; };
  const append = (target: PickleValue, items: readonly PickleValue[]): void => {
    if (isKind(target, 'inert')) return;
    if (!isKind(target, 'sequence')) return malformed(`${describeValue(target)} cannot be appended to`);
    for (const item of items) { deepen(target, item); target.items.push(item); }
  };
  const setItems = (target: PickleValue, pairs: readonly PickleValue[]): void => {
    if (pairs.length % 2 !== 0) malformed('a key has no value');
    if (isKind(target, 'inert')) return;
    if (!isKind(target, 'dict')) return malformed(`${describeValue(target)} has no items`);
    for (let i = 0; i < pairs.length; i += 2) { deepen(target, pairs[i + 1]); target.entries.set(pairs[i], pairs[i + 1]); }
  };
  const remember = (index: number, value: PickleValue): void => {
    memo.set(index, value);
    if (memo.size > limits.pickleMemo) refuse(pickleTooManyObjects(here(), 'memo entries', limits.pickleMemo));
  };
  const recall = (index: number): void => { const value = memo.get(index); stack.push(value === undefined ? malformed(`memo ${index} was never set`) : value); };
  const name = (module: string, attribute: string): void => {
    const full = `${module}.${attribute}`;
    if (!isAllowed(full) && !refused.has(full) && refused.size < limits.pickleMemo) refused.set(full, opcodeAt);
    counted();
    stack.push({ kind: 'global', name: full });
  };
  const construct = (callee: PickleValue, args: PickleValue, made: 'by call' | 'as object'): void => {
    counted();
    if (isKind(callee, 'inert')) { stack.push(callee); return; }
    if (!isKind(callee, 'global')) return malformed(`${describeValue(callee)} cannot be called`);
    if (!isAllowed(callee.name)) { stack.push({ kind: 'inert', of: callee.name, made }); return; }
    const constructor = constructorOf(callee.name);
    if (!isKind(args, 'sequence') || constructor === undefined) return malformed(`${shown(callee.name)} cannot be called so`);
    const value = constructor(args.items, newDict);
    stack.push(isWrong(value) ? malformed(value.wrong) : value);
  };
  const persistent = (id: PickleValue): void => {
    const type = isKind(id, 'sequence') ? id.items[1] : undefined;
    // A storage type outside the list was named already; go on to name what else is wrong.
    if (type !== undefined && isKind(type, 'global') && !isAllowed(type.name)) { stack.push({ kind: 'inert', of: type.name, made: 'data' }); return; }
    const storage = storageOf(id);
    if (isWrong(storage)) { malformed(storage.wrong); return; }
    counted();
    storages.push(storage);
    stack.push(storage);
  };

  for (let opcodes = 0; ; opcodes++) {
    opcodeAt = at;
    if (opcodes >= limits.pickleOpcodes) refuse(pickleTooManyOpcodes(here(), limits.pickleOpcodes));
    const opcode = bytes[take(1)];
    switch (opcode) {
      case 0x80: { const protocol = bytes[take(1)]; if (protocol > 5) refuse(pickleOpcode(here(), `protocol ${protocol}`)); break; }
      case 0x95: take(8); break;  // FRAME: a hint for buffering
      case 0x2e: {  // STOP
        const root = pop();
        return stack.length > 0 || outer.length > 0 ? malformed('values are left on the stack') : { root, end: at };
      }
      case 0x28:  // MARK
        if (outer.length >= limits.pickleDepth) refuse(pickleTooDeep(here(), limits.pickleDepth));
        outer.push(stack); stack = []; break;
      case 0x71: remember(bytes[take(1)], top()); break;  // BINPUT
      case 0x72: remember(view.getUint32(take(4), true), top()); break;  // LONG_BINPUT
      case 0x94: remember(memo.size, top()); break;  // MEMOIZE
      case 0x68: recall(bytes[take(1)]); break;  // BINGET
      case 0x6a: recall(view.getUint32(take(4), true)); break;  // LONG_BINGET
      case 0x4a: stack.push(view.getInt32(take(4), true)); break;  // BININT
      case 0x4b: stack.push(bytes[take(1)]); break;  // BININT1
      case 0x4d: stack.push(view.getUint16(take(2), true)); break;  // BININT2
      case 0x8a: { const length = bytes[take(1)], from = take(length); stack.push(longOf(bytes.subarray(from, from + length))); break; }  // LONG1
      case 0x47: stack.push(view.getFloat64(take(8), false)); break;  // BINFLOAT
      case 0x88: stack.push(true); break;
      case 0x89: stack.push(false); break;
      case 0x4e: stack.push(null); break;
      case 0x58: stack.push(text(view.getUint32(take(4), true))); break;  // BINUNICODE
      case 0x8c: stack.push(text(bytes[take(1)])); break;  // SHORT_BINUNICODE
      case 0x8d: stack.push(text(long64())); break;  // BINUNICODE8
      case 0x42: take(view.getUint32(take(4), true)); stack.push({ kind: 'inert', of: 'bytes', made: 'data' }); break;  // BINBYTES
      case 0x43: take(bytes[take(1)]); stack.push({ kind: 'inert', of: 'bytes', made: 'data' }); break;  // SHORT_BINBYTES
      case 0x7d: stack.push(newDict()); break;
      case 0x5d: case 0x29: sequence([]); break;  // EMPTY_LIST, EMPTY_TUPLE
      case 0x74: { const items = popMark(); sequence(items); break; }  // TUPLE
      case 0x85: sequence([pop()]); break;
      case 0x86: { const second = pop(); sequence([pop(), second]); break; }
      case 0x87: { const third = pop(), second = pop(); sequence([pop(), second, third]); break; }
      case 0x73: { const value = pop(), key = pop(); setItems(top(), [key, value]); break; }  // SETITEM
      case 0x75: { const pairs = popMark(); setItems(top(), pairs); break; }  // SETITEMS
      case 0x61: { const item = pop(); append(top(), [item]); break; }  // APPEND
      case 0x65: { const items = popMark(); append(top(), items); break; }  // APPENDS
      case 0x63: { const module = line(); name(module, line()); break; }  // GLOBAL
      case 0x93: {  // STACK_GLOBAL
        const attribute = pop(), module = pop();
        if (typeof module !== 'string' || typeof attribute !== 'string') return malformed('a name wants two texts');
        name(module, attribute);
        break;
      }
      case 0x69: { const module = line(); name(module, line()); return refuse(pickleOpcode(here(), 'INST')); }  // INST names its class in line: say which
      case 0x51: persistent(pop()); break;  // BINPERSID
      case 0x52: { const args = pop(); construct(pop(), args, 'by call'); break; }  // REDUCE
      case 0x81: { const args = pop(); construct(pop(), args, 'as object'); break; }  // NEWOBJ
      case 0x62: {  // BUILD: the _metadata of an OrderedDict, the state of a numpy dtype; not needed
        pop();
        const target = top();
        if (!isKind(target, 'dict') && !isKind(target, 'inert')) malformed(`${describeValue(target)} has no state`);
        break;
      }
      default: refuse(pickleOpcode(here(), `opcode 0x${opcode.toString(16).padStart(2, '0')}`));
    }
    if (stack.length > limits.pickleObjects) refuse(pickleTooManyObjects(here(), 'values on the stack', limits.pickleObjects));
  }
}

/** Two's complement, little-endian; a number where it is exact. */
function longOf(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  if (bytes.length > 0 && bytes[bytes.length - 1] >= 0x80) value -= 1n << BigInt(8 * bytes.length);
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
