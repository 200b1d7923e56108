// Catalogue of faults of chip files, T1001 to T1099: one builder per code, sorted by code; codes are never reused.
import type { Fault, Place } from '../contract/fault.ts';
import type { Source } from './source.ts';
import { placeOf } from './source.ts';

const faultAt = (code: string, at: Place, message: string, hint?: string): Fault => ({ code, severity: 'error', at, message, ...(hint === undefined ? {} : { hint }) });
const faultIn = (code: string, source: Source, offset: number, message: string, hint?: string): Fault => faultAt(code, placeOf(source, offset), message, hint);
const meant = (name: string | undefined, otherwise: string): string => (name === undefined ? otherwise : `did you mean \`${name}\`?`);
const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const choice = (units: readonly string[]): string => (units[0] === '' ? 'a plain number' : `${units[0]}${units.length > 1 ? ` (or ${units.slice(1).join(', ')})` : ''}`);
/** Names in a message are a user's text of any length. */
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);

export const unknownCharacters = (source: Source, offset: number, characters: string): Fault =>
  faultIn('T1001', source, offset, `no word, number or sign of the chip language: \`${short(characters)}\``, 'a comment starts with #, a text stands in double quotes');

export const stringNotClosed = (source: Source, offset: number): Fault =>
  faultIn('T1002', source, offset, 'this text has no closing double quote on its line', 'end it with "; a double quote inside it is written \\"');

export const syntax = (source: Source, offset: number, message: string): Fault =>
  faultIn('T1003', source, offset, message, 'the form is: chip NAME { section { key = value, source "..." } }');

export const unknownSection = (source: Source, offset: number, name: string, near: string | undefined, known: readonly string[]): Fault =>
  faultIn('T1004', source, offset, `a chip has no section \`${short(name)}\``, meant(near, `sections are ${listed(known)}`));

/** home: the section that has such a key, if another one has. */
export const unknownKey = (source: Source, offset: number, section: string, name: string, home: string | undefined, near: string | undefined, known: readonly string[]): Fault =>
  faultIn('T1005', source, offset, `section \`${section}\` has no key \`${short(name)}\``,
    home ? `\`${name}\` belongs to section \`${home}\`` : meant(near, `its keys are ${listed(known)}`));

export const keyTwice = (source: Source, offset: number, at: string, first: number): Fault =>
  faultIn('T1006', source, offset, `\`${at}\` is given twice; first in line ${placeOf(source, first).line}`, 'keep one of the two');

export const keysMissing = (source: Source, offset: number, section: string, missing: readonly string[]): Fault =>
  faultIn('T1007', source, offset, `section \`${section}\` lacks ${listed(missing)}`,
    'a chip states everything; to change only a few numbers of a shipped one: chip NAME from mesh45 { ... }');

export const wrongUnit = (source: Source, offset: number, at: string, came: string, units: readonly string[], example: string): Fault =>
  faultIn('T1008', source, offset, `\`${at}\` wants ${choice(units)}, came ${came === '' ? 'a number without a unit' : `the unit \`${short(came)}\``}`, `write it like: ${example}`);

export const wrongForm = (source: Source, offset: number, at: string, want: string, came: string, holds: string): Fault =>
  faultIn('T1009', source, offset, `\`${at}\` wants ${want}, came ${short(came)}`, `it holds ${holds}`);

export const unknownWord = (source: Source, offset: number, at: string, came: string, near: string | undefined, known: readonly string[]): Fault =>
  faultIn('T1010', source, offset, `\`${at}\` wants one of ${listed(known)}, came \`${short(came)}\``, meant(near, 'choose one of them'));

export const notWhole = (source: Source, offset: number, at: string, came: number, unit: string): Fault =>
  faultIn('T1011', source, offset, `\`${at}\` wants a whole number${unit === '' ? '' : ` of ${unit}`}, came ${came}`, `the nearest is ${Math.round(came)}`);

export const outOfRange = (source: Source, offset: number, at: string, came: string, least: string, most: string): Fault =>
  faultIn('T1012', source, offset, `\`${at}\` wants ${least} to ${most}, came ${short(came)}`, 'check the unit');

export const sourceMissing = (source: Source, offset: number, at: string): Fault =>
  faultIn('T1013', source, offset, `\`${at}\` does not say where its number is from`, 'add , source "..." (or measured, synthesised, copied, ours "...")');

export const unknownBase = (source: Source, offset: number, name: string, near: string | undefined, known: readonly string[]): Fault =>
  faultIn('T1014', source, offset, `there is no chip \`${short(name)}\` to start from`,
    meant(near, known.length > 0 ? `shipped chips are ${listed(known)}; another one lies beside this file as NAME.chip` : 'check its name'));

export const baseCircle = (source: Source, offset: number, chain: readonly string[]): Fault =>
  faultIn('T1015', source, offset, `a chip cannot start from itself: ${chain.map(short).join(' from ')}`, 'give the new chip another name, or start from another chip');

export const notWholeCycles = (source: Source, offset: number, at: string, came: string, cycles: number, megahertz: number): Fault =>
  faultIn('T1016', source, offset, `\`${at}\` = ${short(came)} is ${Number(cycles.toPrecision(6))} cycles at ${megahertz} MHz, not a whole number`,
    `write cycles: ${Math.ceil(cycles)} cycles`);

export const meshTooLarge = (at: Place, width: number, height: number, limit: number): Fault =>
  faultAt('T1017', at, `a mesh of ${width} x ${height} has ${width * height} tiles; at most ${limit} can be simulated`, 'make it narrower or lower');

export const meshNotWhole = (at: Place, width: number, height: number): Fault =>
  faultAt('T1018', at, `a mesh wants a width and a height of whole tiles from 1, came ${width} x ${height}`, 'write it like: --mesh 32x32');

export const buffersTooLarge = (at: Place, flits: number, limit: number): Fault =>
  faultAt('T1019', at, `the routers of the whole mesh hold ${flits} flits (buffers, virtual channels, injection queues); at most ${limit} can be simulated`,
    'fewer tiles, virtual channels or flits per buffer');

export const bufferTooSmall = (source: Source, offset: number, bufferFlits: number, header: number, flitBits: number): Fault =>
  faultIn('T1020', source, offset, `a buffer of ${bufferFlits} flits of ${flitBits} bits holds no packet: a header takes ${header}, a payload at least 1`,
    `router.bufferFlits = ${header + 1} or more, or wider flits`);

export const tileOutside = (at: Place, what: string, tile: number, width: number, height: number): Fault =>
  faultAt('T1021', at, `${what} names tile ${tile}; the mesh of ${width} x ${height} has tiles 0 to ${width * height - 1}`, `tile = y x ${width} + x`);

export const ioDead = (source: Source, offset: number, tile: number): Fault =>
  faultIn('T1022', source, offset, `tile ${tile} is the io tile and a dead core at once`, 'move mesh.io to a working tile');

export const notNeighbours = (source: Source, offset: number, from: number, to: number, width: number): Fault =>
  faultIn('T1023', source, offset, `there is no link from tile ${from} to tile ${to}: they are not neighbours in a mesh ${width} wide`,
    `neighbours of ${from} are ${from} +- 1 in its row and ${from} +- ${width}`);

export const listedTwice = (source: Source, offset: number, at: string, what: string): Fault =>
  faultIn('T1024', source, offset, `\`${at}\` lists ${what} twice`, 'keep one of the two');

export const fileTooLarge = (file: string, size: number, limit: number): Fault =>
  faultAt('T1025', { in: 'file', file }, `a chip file has at most ${limit} characters, this one ${size}`, 'is it a chip file?');

export const fileUnreadable = (file: string, reason: string): Fault =>
  faultAt('T1026', { in: 'file', file }, `this chip file cannot be read: ${reason}`, 'check the path');

export const unknownTarget = (name: string, near: string | undefined, known: readonly string[]): Fault =>
  faultAt('T1027', { in: 'option', option: '--target' }, `there is no shipped chip and no file \`${short(name)}\``, meant(near, `shipped chips are ${listed(known)}; a file of your own ends in .chip`));

export const furtherFaults = (file: string, shown: number): Fault =>
  faultAt('T1028', { in: 'file', file }, `there are more faults than the ${shown} shown`, 'mend these first');
