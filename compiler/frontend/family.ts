// How a model family is declared: once, as a value from which the checks, the published schema, the keys and the graph come. Shared code sees no descriptor of a family.
import type { z } from 'zod';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Graph } from '../ir/types.ts';
import { checkShape, sizeKeys } from './check-shape.ts';
import type { FileKeys } from './detect.ts';
import type { Path } from './faults.ts';
import { formatUnknown, keyMissing, keyUnknown, structureUnsupported, tooManyMistakes, valuesDisagree, valueWrong } from './faults.ts';
import type { InputLayout } from './input.ts';
import type { KeyRules, Weights } from './keys.ts';
import { arrayFile } from './layers.ts';
import type { Part } from './layers.ts';
import { most } from './limits.ts';
import { common } from './parts.ts';
import { databasePart } from './retrieval.ts';
import type { Retrieval } from './retrieval.ts';
import type { Rule } from './rules.ts';
import type { Sketch } from './sketch.ts';
import { applyRules } from './rules.ts';
import { group, one } from './schema.ts';

/** A checked descriptor, as far as shared code may know it. `classes`: names, or their numbers. */
export type Described = Readonly<{
  family: string; steps: number; input: InputLayout; classes: readonly string[];
  wrapper: string | undefined; keys: KeyRules; parts: readonly Part[]; retrieval: Retrieval | undefined;
  build(weights: Weights): Graph;
}>;

/**
 * How a network learns while it runs, where it can. path: key of the descriptor that says so; words: what it may say, the first when it says nothing.
 * golden: what golden data was recorded with, alone and (arrays named after it) as a sequence of samples.
 */
export type Learning = Readonly<{ path: readonly string[]; words: readonly string[]; golden: Readonly<{ alone: string; sequence: string }> }>;

/** A family, its own descriptor type left behind. */
export type Family = Readonly<{
  name: string; doc: string; schema: z.ZodObject;
  /** Whether keys of a checkpoint are those of this family: the proposal of `describe`, never a verdict. */
  detect(keys: FileKeys): boolean;
  /** What keys show of a descriptor of this family. */
  sketch(keys: FileKeys): Sketch<object>;
  learning?: Learning;
  /** Faults: C2003 to C2012 and those of the rules, all gathered; warnings C2013, C2014. */
  describe(value: object, file: string): Outcome<Described>;
}>;

const familySchema = <const N extends string, S extends z.ZodRawShape>(name: N, doc: string, keys: S) => group({ family: one(name, doc), ...common, ...keys }, doc);
/** The descriptor of a family: the common keys and its own. */
export type DescriptorOf<N extends string, S extends z.ZodRawShape> = z.output<ReturnType<typeof familySchema<N, S>>>;

/** What a family file says. Sizes are checked by `rules` before `parts` and `build` are asked: a node that its operator refuses is a mistake of the family and throws. */
export type Definition<N extends string, S extends z.ZodRawShape, D> = Readonly<{
  /** Value of `family` in descriptors. */
  name: N;
  doc: string;
  /** Keys beside the common ones (parts.ts). */
  keys: S;
  /** The key grammar: a conjunction of questions, each of which `synfire describe` tells. */
  detect(keys: FileKeys): boolean;
  /** What the keys show of a descriptor, and what the published training assumes. */
  sketch: { of(keys: FileKeys): Sketch<D> }['of'];
  learning?: Learning;
  rules: readonly Rule<D>[];
  input: { of(descriptor: D): InputLayout }['of'];
  /** Scores of the network. */
  outputs: { of(descriptor: D): number }['of'];
  /** Everything it takes from the checkpoint. */
  parts: { of(descriptor: D): readonly Part[] }['of'];
  /** Names of the layers that `network.classify` reads; "head" unless said otherwise. A network whose output is a descriptor does without them. */
  head?: readonly string[];
  build: { from(descriptor: D, weights: Weights): Graph }['from'];
}>;

export function defineFamily<const N extends string, S extends z.ZodRawShape>(definition: Definition<N, S, DescriptorOf<N, S>>): Family {
  const { name, doc, keys, rules, input, outputs, parts, build, detect, sketch, learning, head = ['head'] } = definition, schema = familySchema(name, doc, keys), sizes = sizeKeys(schema);
  return {
    name, doc, schema, detect, sketch, ...(learning ? { learning } : {}),
    describe(value, file) {
      const { value: checked, misfits, strangers } = checkShape(schema, value);
      const unknown = strangers.slice(0, most.listed).map(({ path, known }) => keyUnknown({ file, path }, known));
      // A rule reads only keys that the schema found sound.
      const said = applyRules(rules, checked ?? (value as DescriptorOf<N, S>), misfits.map(({ path }) => path), file);
      const faults = [...misfits.map(({ path, wanted, doc: meaning }) => misfitFault(value, path, wanted, meaning, file)), ...said.filter(({ severity }) => severity === 'error')];
      const warnings = [...unknown, ...said.filter(({ severity }) => severity !== 'error')];
      if (!checked || faults.length > 0) return fail(...faults.slice(0, most.listed), ...(faults.length > most.listed ? [tooManyMistakes(file, faults.length - most.listed)] : []), ...warnings);
      const { T, checkpoint, ignored_keys, class_names, bn_eps, retrieval } = commonOf(checked), count = outputs(checked), all = parts(checked), isHead = ({ name: part }: Part) => head.includes(part);
      const falls = retrieval ? retrieval.recall.findIndex((each, i) => i > 0 && each <= retrieval.recall[i - 1]) : -1;
      if (falls >= 0) return fail(valuesDisagree({ file, path: ['retrieval', 'recall', falls] }, 'numbers of neighbours rise', 'as in [1, 5, 10]'), ...warnings);
      if (retrieval && count === 0) return fail(structureUnsupported({ file, path: ['retrieval'] }, `the output of ${name} is no vector: it has no classifier`, 'leave it out'), ...warnings);
      if (retrieval?.reads === 'features' && !all.some(isHead)) return fail(structureUnsupported({ file, path: ['retrieval', 'reads'] }, `${name} has no layer behind its last neuron whose input could be the descriptor`, 'write "reads": "scores": what the network gives is the descriptor'), ...warnings);
      return succeed({
        family: name, steps: T, input: input(checked), classes: class_names ?? Array.from({ length: count }, (_, i) => String(i)), wrapper: checkpoint?.wrapper,
        keys: { prefix: checkpoint?.key_prefix ?? '', ignored: ignored_keys ?? [], epsilon: bn_eps, sizes: sizesOf(checked, sizes) },
        parts: retrieval ? [...all.filter((part) => retrieval.reads === 'scores' || !isHead(part)), arrayFile(databasePart, retrieval.database)] : all, retrieval, build: (weights) => build(checked, weights),
      }, warnings);
    },
  };
}

type Common = Readonly<{ T: number; checkpoint?: { wrapper?: string; key_prefix?: string }; ignored_keys?: readonly string[]; class_names?: readonly string[]; bn_eps?: number; retrieval?: Retrieval }>;
/** The keys that mean the same in every family; a checked descriptor has them in the right shape or not at all. */
const commonOf = (descriptor: object): Common => descriptor as Common;

const sizesOf = (descriptor: object, keys: readonly string[]): string =>
  Object.entries(descriptor).flatMap(([key, value]) => (keys.includes(key) ? [`${key} ${Array.isArray(value) ? `[${value.join(', ')}]` : value}`] : [])).join(', ');

function misfitFault(root: unknown, path: Path, wanted: string, doc: string | undefined, file: string): Fault {
  const came = valueAt(root, path);
  if (path.length === 1 && path[0] === 'format') return formatUnknown(file, came);
  return came === undefined ? keyMissing({ file, path }, wanted, doc) : valueWrong({ file, path }, wanted, came, doc);
}

/** The value at a path of untrusted JSON; undefined where there is none. */
export const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Readonly<Record<string | number,
    unknown>>)[step] : undefined), root);
