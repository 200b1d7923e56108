// Catalogue of faults of graph texts, C5001 to C5099: one builder per code, sorted by code; codes are never reused.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Source } from './source.ts';
import { placeOf, positionOf } from './source.ts';

const faultAt = (code: string, source: Source, offset: number, message: string, hint: string): Fault => ({ code, severity: 'error', at: placeOf(source, offset), message, hint });
/** Words of the text itself may have any length. */
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);
const listed = (names: readonly string[]): string => (names.length ? names.map((name) => `\`${name}\``).join(', ') : 'none');
const meant = (near: string | undefined, otherwise: string): string => (near === undefined ? otherwise : `did you mean \`${near}\`?`);

export const textTooLong = (source: Source, characters: number, most: number): Fault =>
  faultAt('C5001', source, 0, `the text has ${characters} characters beside its quoted constants, at most ${most} are read`, 'write constants as base64, as the printer does');

export const unknownCharacters = (source: Source, offset: number, characters: string): Fault =>
  faultAt('C5002', source, offset, `no word, number or sign of the text form: \`${short(characters)}\``, 'names with other letters stand in double quotes; a comment starts with #');

export const textNotClosed = (source: Source, offset: number): Fault =>
  faultAt('C5003', source, offset, 'this text has no closing double quote on its line', 'end it with "; a double quote inside it is written \\"');

export const syntax = (source: Source, offset: number, message: string): Fault =>
  faultAt('C5004', source, offset, message, 'a statement is: name = operator(inputs) {attribute = value} parameter = [shape] values : type;');

export const headerWrong = (source: Source, offset: number, message: string): Fault =>
  faultAt('C5005', source, offset, message, 'a graph starts with: graph "name" steps 4 {');

export const graphNotClosed = (source: Source, offset: number): Fault =>
  faultAt('C5006', source, offset, 'the graph is not closed', 'end it with }');

export const textAfterGraph = (source: Source, offset: number): Fault =>
  faultAt('C5007', source, offset, 'something stands after the end of the graph', 'one file holds one graph; remove the rest');

export const illegalText = (source: Source, offset: number): Fault =>
  faultAt('C5008', source, offset, 'this quoted text has an unknown escape or a bare control character', 'escapes are those of JSON: \\" \\\\ \\n \\t \\u0041');

export const numberNotFinite = (source: Source, offset: number, came: string): Fault =>
  faultAt('C5009', source, offset, `wanted a finite number, came ${short(came)}`, 'only the bounds of a type may be inf or -inf; the largest number is about 1.8e308');

export const stepsOutOfRange = (source: Source, offset: number, came: string, most: number): Fault =>
  faultAt('C5010', source, offset, `wanted a whole number of steps from 1 to ${most}, came ${short(came)}`, 'Spikformers run 4 steps');

export const unknownOperator = (source: Source, offset: number, name: string, near: string | undefined, known: readonly string[]): Fault =>
  faultAt('C5011', source, offset, `there is no operator \`${short(name)}\``, meant(near, `operators are ${listed(known.slice(0, 20))}${known.length > 20 ? ` and ${known.length - 20} more, see compiler/text/operators.md` : ''}`));

export const unknownValue = (source: Source, offset: number, name: string, near: string | undefined): Fault =>
  faultAt('C5012', source, offset, `no value is called \`${short(name)}\``, meant(near, 'a value has the name of the node that makes it'));

export const valueNotYetThere = (source: Source, offset: number, name: string, definedAt: number): Fault =>
  faultAt('C5013', source, offset, `\`${short(name)}\` is made only in line ${positionOf(source, definedAt).line}`, 'move that statement before this one; a graph has no cycles');

export const nameTaken = (source: Source, offset: number, what: string, name: string, firstAt: number): Fault =>
  faultAt('C5014', source, offset, `two ${what}s are called \`${short(name)}\`; the first stands in line ${positionOf(source, firstAt).line}`, 'rename one of them');

export const unknownAttribute = (source: Source, offset: number, operator: string, name: string, near: string | undefined, known: readonly string[]): Fault =>
  faultAt('C5015', source, offset, `${operator} has no attribute \`${short(name)}\``, meant(near, `its attributes are ${listed(known)}`));

export const attributeIsParameter = (source: Source, offset: number, operator: string, name: string): Fault =>
  faultAt('C5016', source, offset, `\`${name}\` is a parameter of ${operator}, not an attribute`, `write it behind the braces: ${name} = [shape] (values)`);

export const givenTwice = (source: Source, offset: number, what: string, name: string): Fault =>
  faultAt('C5017', source, offset, `the ${what} \`${short(name)}\` is given twice`, 'keep one of the two');

export const attributeWrong = (source: Source, offset: number, name: string, wanted: string, came: string): Fault =>
  faultAt('C5018', source, offset, `attribute \`${name}\` wants ${wanted}, came ${short(came)}`, `write: ${name} = ${wanted.includes('pair') ? '3x3' : wanted.includes('number') ? '1' : wanted.split(' ')[0]}`);

export const attributeMissing = (source: Source, offset: number, operator: string, name: string, doc: string, example: string): Fault =>
  faultAt('C5019', source, offset, `${operator} needs the attribute \`${name}\` (${doc})`, `add {${name} = ${example}}`);

export const unknownParameter = (source: Source, offset: number, operator: string, name: string, near: string | undefined, known: readonly string[]): Fault =>
  faultAt('C5020', source, offset, `${operator} has no parameter \`${short(name)}\``, meant(near, `its parameters are ${listed(known)}`));

export const parameterIsAttribute = (source: Source, offset: number, operator: string, name: string): Fault =>
  faultAt('C5021', source, offset, `\`${name}\` is an attribute of ${operator}, not a parameter`, `write it in braces behind the inputs: {${name} = ...}`);

export const parameterMissing = (source: Source, offset: number, operator: string, name: string, shape: string, doc: string): Fault =>
  faultAt('C5022', source, offset, `${operator} needs the parameter \`${name}\` (${doc})`, `add ${name} = SHAPE (values); its shape is ${shape}`);

export const shapeUnreadable = (source: Source, offset: number, came: string): Fault =>
  faultAt('C5023', source, offset, `a shape wants whole numbers from 1, came ${short(came)}`, 'write it like [2, 3]');

export const constantsTooLarge = (source: Source, offset: number, values: number, most: number): Fault =>
  faultAt('C5024', source, offset, `with this shape the constants of the text hold ${values} values, at most ${most} are read`, 'check the shape');

export const constantLength = (source: Source, offset: number, shape: readonly number[], wanted: number, came: number): Fault =>
  faultAt('C5025', source, offset, `shape [${short(shape.join(', '))}] wants ${wanted} values, came ${came}`, 'correct the shape or the values; one number for all is written: fill 0.5');

export const constantNotBase64 = (source: Source, offset: number): Fault =>
  faultAt('C5026', source, offset, 'this constant is not base64 of little-endian float64', 'a constant by hand is a list: [2] (1, -0.5)');

export const constantLeftOut = (source: Source, offset: number): Fault =>
  faultAt('C5027', source, offset, 'the values of this constant were left out when the graph was printed', "print it with constants: 'whole'");

export const nodeRefused = (source: Source, offset: number, operator: string, name: string, sentence: string): Fault =>
  faultAt('C5028', source, offset, `${operator} \`${short(name)}\` ${sentence}`, 'correct its inputs, attributes or parameters; the operator table says what they mean');

export const typeWordUnknown = (source: Source, offset: number, what: string, came: string, near: string | undefined, known: readonly string[]): Fault =>
  faultAt('C5029', source, offset, `a type wants a ${what} here, came \`${short(came)}\``, meant(near, known.length ? `choose one of ${listed(known)}` : 'write it like 8x8x16: height, width, channels'));

export const typeDiffers = (source: Source, offset: number, stated: string, inferred: string): Fault =>
  faultAt('C5030', source, offset, `the stated type ${stated} is not what follows from the inputs: ${inferred}`, `write : ${inferred}, or leave the type out`);

export const valueTooLarge = (source: Source, offset: number, name: string, elements: number, most: number): Fault =>
  faultAt('C5031', source, offset, `value \`${short(name)}\` has ${elements} elements over all steps, at most ${most} are read`, 'check grid, channels and steps');

export const moreFaults = (source: Source, offset: number, shown: number): Fault =>
  faultAt('C5032', source, offset, `reading stopped here: ${shown} faults are enough`, 'correct the first ones and run again');

export const statementNotEnded = (source: Source, offset: number): Fault =>
  faultAt('C5033', source, offset, 'this statement is not ended', 'end it with ;');

export const storedMissing = (source: Source, offset: number, key: string): Fault =>
  faultAt('C5034', source, offset, `this constant is ${listed([short(key)])} of a checkpoint, and none was given`, 'add --weights model.pth (or .safetensors, .npz)');

export const keyUnknown = (source: Source, offset: number, key: string, near: string | undefined, keys: number): Fault =>
  faultAt('C5035', source, offset, `none of the ${keys} keys of the checkpoint is \`${short(key)}\``, meant(near, 'keys are written as the checkpoint has them, without what all of them share (module., backbone.)'));

export const formUnknown = (source: Source, offset: number, form: string, near: string | undefined, known: readonly string[]): Fault =>
  faultAt('C5036', source, offset, `no constant is stored as \`${short(form)}\``, meant(near, `a constant of a checkpoint is one of ${listed(known)}`));

export const formMisplaced = (source: Source, offset: number, form: string, wanted: string): Fault =>
  faultAt('C5037', source, offset, `${form} gives ${wanted}, and nothing else`, 'tensor("key") gives a tensor as it lies in the checkpoint');

export const storedShape = (source: Source, offset: number, form: string, key: string, wanted: string, came: readonly number[]): Fault =>
  faultAt('C5038', source, offset, `${form} wants a tensor of shape ${wanted}; \`${short(key)}\` is [${came.slice(0, 8).join(', ')}]`, 'check the key, the window and groups of this node, and the channels of its input');

export const settingUnknown = (source: Source, offset: number, name: string, near: string | undefined, known: readonly string[]): Fault =>
  faultAt('C5039', source, offset, `a network has no setting \`${short(name)}\``, meant(near, `settings are ${listed(known)}; a node is written: name = operator(inputs)`));

export const settingWrong = (source: Source, offset: number, name: string, wanted: string, came: string): Fault =>
  faultAt('C5040', source, offset, `${name} wants ${wanted}, came ${short(came)}`, name === 'classes' ? 'one name per result, in order: classes "cat", "dog";' : 'encode poisson; stands where data are images of which a source of spikes is fed');

export const notANetwork = (source: Source, offset: number, message: string, hint: string): Fault => faultAt('C5041', source, offset, message, hint);

export const keysUnread = (source: Source, keys: readonly string[]): Fault => ({ ...faultAt('C5042', source, 0, `the text names ${keys.length} keys of the checkpoint nowhere: ${listed(keys.slice(0, 6).map(short))}${keys.length > 6 ? ', ...' : ''}`,
  'they are left out; is a layer missing in the text?'), severity: 'warning' });

export const placesMismatch = (source: Source, offset: number, name: string, why: string): Fault =>
  faultAt('C5043', source, offset, `probe \`${short(name)}\`: ${why}`, 'write: in [0, -1, 1], one number per published channel; leave it out where the value has them all');
