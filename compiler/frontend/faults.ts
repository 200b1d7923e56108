// Every fault of the frontend, one builder per code, sorted by code (C2001 to C2099).
import type { Fault, Place } from '../../targets/contract/fault.ts';
import { nearest } from '../../targets/contract/nearest.ts';

/** Steps from the root of a descriptor to a value. */
export type Path = readonly (string | number)[];
/** Where a descriptor is wrong. */
export type Spot = Readonly<{ file: string; path: Path }>;

const listed = 12;
const spot = ({ file, path }: Spot): Place => ({ in: 'descriptor', file, path: pathText(path) });
const atKey = (file: string, key: string): Place => ({ in: 'key', file, key });
const error = (code: string, at: Place, message: string, hint: string): Fault => ({ code, severity: 'error', at, message, hint });
const warning = (code: string, at: Place, message: string, hint: string): Fault => ({ code, severity: 'warning', at, message, hint });

/** `neuron.tau`, `patch_embed.stages[3].order`. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? safe(step) : `${text}.${safe(step)}`), '') || '(the whole file)';

/** Text of an untrusted file without control characters, at most 80 characters. */
const safe = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text).replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
/** A value of an untrusted file in a few words; never walks into it. */
export const shown = (value: unknown): string => (value === undefined ? 'nothing' : Array.isArray(value) ? `a list of ${value.length}` : typeof value === 'string' ? safe(JSON.stringify(value.slice(0, 90)))
  : typeof value === 'object' && value !== null ? 'an object' : String(value));
const shapeText = (shape: readonly number[]): string => (shape.length > 8 ? `[${shape.slice(0, 8).join(', ')}, ... ${shape.length} sizes]` : `[${shape.join(', ')}]`);
const suggested = (near: string | undefined): string => (near === undefined ? '' : `did you mean "${safe(near)}"? `);
const suggestion = (word: string, known: readonly string[]): string => suggested(nearest(word, known));
const few = (names: readonly string[]): string => names.slice(0, listed).map(safe).join(', ') + (names.length > listed ? `, ... (${names.length} in all)` : '');

export const descriptorNotObject = (file: string, came: unknown): Fault =>
  error('C2001', spot({ file, path: [] }), `a descriptor is a JSON object; this is ${shown(came)}`, 'start from the arch.json of a model of the same family');
export const descriptorSyntax = (file: string, line: number, column: number, reason: string): Fault =>
  error('C2002', { in: 'text', file, line, column }, `not valid JSON: ${safe(reason)}`, 'check commas, quotes and brackets here');
export const descriptorTooLarge = (file: string, bytes: string, cap: number): Fault =>
  error('C2003', spot({ file, path: [] }), `the descriptor has ${bytes}; at most ${cap} are read`, 'is this the descriptor, not the checkpoint?');
export const formatUnknown = (file: string, came: unknown): Fault =>
  error('C2004', spot({ file, path: ['format'] }), `wanted format 1, came ${shown(came)}`, 'write "format": 1; it names the version of the form, not of the model');
export const familyUnknown = (file: string, came: unknown, known: readonly string[]): Fault =>
  error('C2005', spot({ file, path: ['family'] }), `wanted a family that can be imported, came ${shown(came)}`,
    `${typeof came === 'string' ? suggestion(came, known) : ''}families: ${known.join(', ')}`);
export const keyMissing = (at: Spot, wanted: string, doc: string | undefined): Fault =>
  error('C2006', spot(at), `"${pathText(at.path)}" is missing; wanted ${wanted}`, `nothing is guessed: add it${doc ? ` (${doc})` : ''}`);
export const valueWrong = (at: Spot, wanted: string, came: unknown, doc: string | undefined): Fault =>
  error('C2007', spot(at), `"${pathText(at.path)}": wanted ${wanted}, came ${shown(came)}`, doc ?? 'see the published schema of the descriptor');
export const valuesDisagree = (at: Spot, message: string, hint: string): Fault => error('C2008', spot(at), `"${pathText(at.path)}": ${message}`, hint);
export const neuronUnsupported = (at: Spot, message: string, hint: string): Fault => error('C2009', spot(at), `"${pathText(at.path)}": ${message}`, hint);
export const networkTooLarge = (file: string, came: number, cap: number): Fault =>
  error('C2010', spot({ file, path: [] }), `the network has ${came} neurons x steps per sample; at most ${cap} are run`,
    'lower T, image_size, depths or channels, or pool earlier in the stem');
export const structureUnsupported = (at: Spot, message: string, hint: string): Fault => error('C2011', spot(at), `"${pathText(at.path)}": ${message}`, hint);
export const tooManyMistakes = (file: string, more: number): Fault => error('C2012', spot({ file, path: [] }), `${more} more values of the descriptor are wrong`,
  'correct those above first');
export const keyUnknown = ({ file, path }: Spot, known: readonly string[]): Fault =>
  warning('C2013', spot({ file, path }), `no key of this form is called "${pathText(path)}"; it is ignored`, `${suggestion(String(path.at(-1)), known)}known here: ${few(known)}`);
export const wordsDiffer = (at: Spot, built: string, came: string): Fault =>
  warning('C2014', spot(at), `"${pathText(at.path)}" says ${shown(came)}; this family is built as ${JSON.stringify(built)}`,
    'correct the text, or check that the checkpoint is of this family');

export const tensorMissing = (file: string, key: string, shape: readonly number[], unused: readonly string[], near: string | undefined): Fault =>
  error('C2020', atKey(file, safe(key)), `the checkpoint has no "${safe(key)}" ${shapeText(shape)}`,
    `${suggested(near)}${unused.length ? `left over in the file: ${few(unused)}` : 'the descriptor asks for more layers than the file holds: check depths and family'}`);
export const tensorUnexpected = (file: string, key: string, shape: readonly number[], near: string | undefined): Fault =>
  error('C2021', atKey(file, safe(key)), `this family has no parameter "${safe(key)}" ${shapeText(shape)}`,
    `${suggested(near)}check depths, mlp_ratio and family; if the network never reads it, add it to ignored_keys`);
export const tensorMisshapen = (file: string, key: string, wanted: readonly number[], came: readonly number[], sizes: string): Fault =>
  error('C2022', atKey(file, safe(key)), `"${safe(key)}": wanted shape ${shapeText(wanted)}, came ${shapeText(came)}`, `the descriptor says ${sizes}`);
export const varianceWrong = (file: string, key: string, channel: number, value: number, epsilon: number): Fault =>
  error('C2023', atKey(file, safe(key)), `"${safe(key)}"[${channel}] is ${value}; variance must not be negative, and variance + epsilon (${epsilon}) must be above 0`,
    'the statistics are damaged: save the trained state dict again');
export const foldOverflows = (file: string, key: string, channel: number): Fault =>
  error('C2024', atKey(file, safe(key)), `"${safe(key)}": scale and bias of channel ${channel} leave the range of float64 when they are applied`,
    'the parameters are damaged: save the trained state dict again');
export const checkpointDiffers = (at: Spot, wanted: string, came: string): Fault =>
  warning('C2025', spot(at), `the descriptor says ${shown(wanted)}, the checkpoint has ${shown(came)}; the checkpoint is read as it is`,
    'check that descriptor and checkpoint belong together');
export const tooManyKeys = (file: string, more: number): Fault => error('C2026', { in: 'file', file }, `${more} more keys are missing, unexpected or mis-shaped`,
  'descriptor and checkpoint are of different networks: check family, depths and sizes first');
export const sideFileWrong = (file: string, wanted: readonly number[], came: readonly number[]): Fault =>
  error('C2027', { in: 'file', file }, `wanted an array of shape ${shapeText(wanted)}, came ${shapeText(came)}`, 'the descriptor says how many rows and columns: one row per class, one column per feature');
export const sideFileDamaged = (file: string, index: number, value: number): Fault =>
  error('C2028', { in: 'file', file }, `value ${index} is ${value}; wanted finite numbers only`, 'export the file again');
export const valueUnusable = (file: string, key: string, index: number, value: number, wanted: string, hint: string): Fault =>
  error('C2029', atKey(file, safe(key)), `"${safe(key)}"[${index}] is ${value}; wanted ${wanted}`, hint);
export const notOneDescriptor = (at: Spot): Fault => error('C2040', spot(at), `"${pathText(at.path)}": a sample of this network gives no single vector of its own to compare`, 'leave it out; results that are kept apart, or compared with rows already, are no descriptor');
export const rowWithoutDirection = (file: string, row: number): Fault => error('C2041', { in: 'file', file }, `row ${row} is zero or beyond all measure, and has no direction`, 'leave the row out, or compare with "metric": "l2"');

const atOption = (option: string): Place => ({ in: 'option', option });
export const familyUnseen = (file: string, keys: readonly string[], near: readonly Readonly<{ family: string; missing: readonly string[] }>[]): Fault =>
  error('C2080', { in: 'file', file }, `${keys.length === 0 ? 'it holds no tensors' : `its keys are of no family: ${few(keys)}`}${near.length === 0 ? '' : '; the nearest are '}${near.map(({ family, missing }) => `${family} (it lacks ${missing.map(safe).join(', ')})`).join('; ')}`,
    '--family names one in spite of that; a network of your own can be written in text form');
export const optionUnknown = (option: string, family: string, near: string | undefined, known: readonly string[]): Fault =>
  error('C2081', atOption(safe(option)), `a descriptor of ${family} has no key "${safe(option.replace(/^--/, ''))}"`, `${suggested(near)}keys: ${few(known)}`);
export const optionAmbiguous = (option: string, paths: readonly string[]): Fault =>
  error('C2082', atOption(safe(option)), `several keys end so: ${few(paths)}`, 'write one of them in full');
export const optionValue = (option: string, wanted: string, came: string): Fault =>
  error('C2083', atOption(safe(option)), `wanted ${wanted}, came ${shown(came)}`, 'lists are written 32x32, a,b or as JSON; groups as JSON');
export const valueAsked = (path: Path, wanted: string, doc: string | undefined): Fault =>
  error('C2084', atOption(`--${pathText(path)}`), `the file does not show "${pathText(path)}"${doc === undefined ? '' : ` (${doc})`}; wanted ${wanted}`, `say it: --${pathText(path)} VALUE`);
