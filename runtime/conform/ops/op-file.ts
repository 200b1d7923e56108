// A single-operator case of the zoo as it lies in its folder: case.json with what it states, data.npz with its arrays.
import { basename, dirname, join, resolve } from 'node:path';
import type { NumpyArray } from '../../../compiler/files/array-file.ts';
import { readNpz } from '../../../compiler/files/npz.ts';
import { refuse } from '../../../compiler/files/refusal.ts';
import { readDescriptor } from '../../../compiler/frontend/read-descriptor.ts';
import { fail, succeed } from '../../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../../targets/contract/fault.ts';
import { goldenMissing, goldenShape, tableWrong } from '../faults.ts';
import { parameterUnsaid } from './faults.ts';

type Fields = Readonly<Record<string, unknown>>;
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `name`: the last two folder names. `stated`: everything of case.json. `texts`: what it says in words, of the case and of each array. `arrays`: by name, shaped as case.json says. */
export type OpFile = Readonly<{ folder: string; caseFile: string; dataFile: string; name: string; op: string; stated: Fields; texts: Readonly<{ what: string; of: ReadonlyMap<string, string> }>;
  arrays: ReadonlyMap<string, NumpyArray> }>;

/** Faults: those of the readers, both files at once; R2001, R2003, R2004 gathered. */
export function readOpFile(folder: string): Outcome<OpFile> {
  const path = resolve(folder), caseFile = join(path, 'case.json'), dataFile = join(path, 'data.npz'), stated = readDescriptor(caseFile), data = readNpz(dataFile);
  if (!stated.ok || !data.ok) return fail(...(stated.ok ? [] : stated.faults), ...(data.ok ? [] : data.faults));
  if (!isFields(stated.value)) return fail(tableWrong(caseFile, '(the whole file)', 'an object', stated.value));
  const { format, op, what = '', arrays } = stated.value, faults: Fault[] = [], texts = new Map<string, string>();
  if (format !== 1) faults.push(tableWrong(caseFile, 'format', '1', format));
  if (typeof op !== 'string') faults.push(tableWrong(caseFile, 'op', 'the name of an operator case', op));
  if (!isFields(arrays) || Object.keys(arrays).length === 0) faults.push(tableWrong(caseFile, 'arrays', 'a table of at least one array', arrays));
  for (const [name, entry] of Object.entries(isFields(arrays) ? arrays : {})) {
    const { shape, text = '' } = isFields(entry) ? entry : {}, found = data.value.get(name);
    if (!Array.isArray(shape)) faults.push(tableWrong(caseFile, `arrays["${name}"]`, '{"shape": sizes, "dtype": text, "text": text}', entry));
    else if (!found) faults.push(goldenMissing(dataFile, name));
    else if (found.shape.join() !== shape.join()) faults.push(goldenShape(dataFile, name, `shape [${shape.slice(0, 8).join(', ')}]`, found.shape));
    texts.set(name, typeof text === 'string' ? text : '');
  }
  if (faults.length > 0 || typeof op !== 'string') return fail(...faults);
  return succeed({ folder: path, caseFile, dataFile, name: `${basename(dirname(path))}/${basename(path)}`, op, stated: stated.value, texts: { what: typeof what === 'string' ? what : '', of: texts }, arrays: data.value });
}

/** An array by name. Refuses: R2003. */
export function arrayOf(file: OpFile, name: string): NumpyArray {
  return file.arrays.get(name) ?? refuse(goldenMissing(file.dataFile, name));
}

/** Names before a suffix, in the order of the file: 'quarter' of quarter_current. Refuses: R2003 where there is none. */
export function prefixesOf(file: OpFile, suffix: string): readonly string[] {
  const found = [...file.arrays.keys()].flatMap((name) => (name.endsWith(`_${suffix}`) ? [name.slice(0, -suffix.length - 1)] : []));
  return found.length > 0 ? found : refuse(goldenMissing(file.dataFile, `..._${suffix}`));
}

/** A number at a path of case.json. */
export function numberAt(file: OpFile, ...path: readonly string[]): number | undefined {
  const value = path.reduce<unknown>((at, key) => (isFields(at) ? at[key] : undefined), file.stated);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const number = String.raw`(-?\d+(?:\.\d+)?(?:\/\d+)?)`;
const valueOf = (text: string): number => { const [above, below = '1'] = text.split('/'); return Number(above) / Number(below); };

/** The last number behind a word of a text, on the far side of formulas: 12 in 'theta = tau*v_threshold*4 = 12'; a fraction counts. */
export function saidIn(text: string, word: string): number | undefined {
  const [, formula, plain] = new RegExp(String.raw`\b${word}\b(?:\s*=\s*[^,;]*=\s*${number}|\s*[=:]?\s*${number})`).exec(text) ?? [], found = formula ?? plain;
  return found === undefined ? undefined : valueOf(found);
}

/** A parameter from the places that may state it. Refuses: R2021. */
export const wanted = (file: OpFile, parameter: string, ...places: readonly (number | undefined)[]): number =>
  places.find((value) => value !== undefined) ?? refuse(parameterUnsaid(file.caseFile, parameter));

/** A window in words: 'maxpool 3x3 stride 2 padding 1'. Refuses: R2021. */
export function windowOf(file: OpFile): Readonly<{ window: readonly [number, number]; stride: readonly [number, number]; padding: readonly [number, number] }> {
  const { what } = file.texts, [, height, width] = /\b(\d+)x(\d+)\b/.exec(what) ?? refuse(parameterUnsaid(file.caseFile, 'the window, as "3x3"')), pair = (word: string): readonly [number, number] => { const one = wanted(file, word, saidIn(what, word)); return [one, one]; };
  return { window: [Number(height), Number(width)], stride: pair('stride'), padding: pair('padding') };
}
