// One node: operator, inputs, attributes, constants and the stated type, each against the declaration of its operator.
import type { IToken } from 'chevrotain';
import { attrFits, attrWanted, checkNode, mayBeAbsent } from '../ir/check-node.ts';
import type { AttrSpec, OpDef, OpTable } from '../ir/define-op.ts';
import type { Tensor, ValueId, ValueType } from '../ir/types.ts';
import { elementsOf, sameType, valueKinds } from '../ir/types.ts';
import { printType } from '../ir/print.ts';
import { ops } from '../ops/index.ts';
import { attributeIsParameter, attributeMissing, attributeWrong, givenTwice, nameTaken, nodeRefused, parameterIsAttribute, parameterMissing, typeDiffers, typeWordUnknown, unknownAttribute,
  unknownOperator, unknownParameter, unknownValue, valueNotYetThere, valueTooLarge } from './faults.ts';
import { described } from './grammar.ts';
import type { NodeText, TypeText } from './grammar.ts';
import { limits } from './limits.ts';
import { nearest } from '../../targets/contract/nearest.ts';
import { readConstant } from './read-constant.ts';
import type { Owner } from './read-named.ts';
import { readGroup, readNamed } from './read-named.ts';
import type { Reading } from './reading.ts';
import { boundOf, textOf } from './reading.ts';
import { positionOf } from './source.ts';
import { Numeral, Sizes } from './tokens.ts';

/** Adds the node to the graph under way, or reports everything that is wrong with it and spoils its name. */
export function readNode(text: NodeText, reading: Reading): void {
  const { source, report, nodes, ids, spoilt, steps } = reading, at = text.name.startOffset, name = textOf(text.name, reading);
  if (name === undefined) return;
  const first = reading.places.get(name);
  if (first !== undefined && first < at) report(nameTaken(source, at, 'node', name, first));
  const node = readParts(text, reading);
  if (!node || (first !== undefined && first < at)) return void spoilt.add(name);
  const type = checkNode(node.def, node.inputs.map((input) => nodes[input].type), node.attrs, node.params, steps);
  if (typeof type === 'string') report(nodeRefused(source, at, node.def.kind, name, type));
  else if (elementsOf(type, steps) > limits.elements) report(valueTooLarge(source, at, name, elementsOf(type, steps), limits.elements));
  else {
    if (text.type) compareTypes(text.type, type, reading);
    ids.set(name, nodes.length);
    nodes.push({ name, kind: node.def.kind, attrs: node.attrs, inputs: node.inputs, params: node.params, type, loc: { file: source.file, ...positionOf(source, at) } });
    return;
  }
  spoilt.add(name);
}

function readParts(text: NodeText, reading: Reading): { def: OpDef; attrs: object; params: Record<string, Tensor>; inputs: ValueId[] } | undefined {
  const table: OpTable = ops, kind = text.kind.image, inputs = text.inputs.map((input) => readReference(input, reading));
  if (!Object.hasOwn(table, kind)) {
    reading.report(unknownOperator(reading.source, text.kind.startOffset, kind, nearest(kind, Object.keys(table)), Object.keys(table)));
    return undefined;
  }
  const def = table[kind], attrs = readAttributes(text, def, reading), input = inputs[0] === undefined ? undefined : reading.nodes[inputs[0]].type, params = readParameters(text, { def, attrs: attrs ?? {}, input }, reading);
  return attrs && params && inputs.every((input) => input !== undefined) ? { def, attrs, params, inputs } : undefined;
}

/** The value that a name stands for; undefined where there is none, reported unless its own statement was. */
export function readReference(token: IToken, reading: Reading): ValueId | undefined {
  const { source, report, ids, places, spoilt } = reading, name = textOf(token, reading);
  if (name === undefined) return undefined;
  const id = ids.get(name), place = places.get(name);
  if (id !== undefined || spoilt.has(name)) return id;
  report(place !== undefined ? valueNotYetThere(source, token.startOffset, name, place) : unknownValue(source, token.startOffset, name, nearest(name, [...ids.keys()])));
  return undefined;
}

function readAttributes({ attrs: given, kind }: NodeText, def: OpDef, { source, report }: Reading): object | undefined {
  const attrs: Record<string, unknown> = {};
  let sound = true;
  const wrong = (fault: Parameters<typeof report>[0]): void => { sound = false; report(fault); };
  for (const { name: { image: name, startOffset: at }, value } of given) {
    if (Object.hasOwn(def.params, name)) wrong(attributeIsParameter(source, at, def.kind, name));
    else if (!Object.hasOwn(def.attrs, name)) wrong(unknownAttribute(source, at, def.kind, name, nearest(name, Object.keys(def.attrs)), Object.keys(def.attrs)));
    else if (Object.hasOwn(attrs, name)) wrong(givenTwice(source, at, 'attribute', name));
    else if (!attrFits(def.attrs[name], attrs[name] = attributeValue(value))) wrong(attributeWrong(source, value.startOffset, name, attrWanted(def.attrs[name]), described(value)));
  }
  if (sound) for (const [name, spec] of Object.entries(def.attrs)) if (!Object.hasOwn(attrs, name) && !mayBeAbsent(spec)) wrong(attributeMissing(source, kind.startOffset, def.kind, name, spec.doc, exampleOf(spec)));
  return sound ? attrs : undefined;
}


const attributeValue = (token: IToken): unknown =>
  token.tokenType === Numeral ? Number(token.image) : token.tokenType === Sizes ? token.image.split('x').map(Number) : token.image;

function exampleOf(spec: AttrSpec): string {
  switch (spec.as) {
    case 'whole': return String(spec.from);
    case 'number': return '1';
    case 'pair': return `${Math.max(1, spec.from)}x${Math.max(1, spec.from)}`;
    case 'word': return spec.of[0];
  }
}

function readParameters({ params: given, kind }: NodeText, owner: Owner, reading: Reading): Record<string, Tensor> | undefined {
  const { source, report } = reading, { def } = owner, params: Record<string, Tensor> = {}, seen = new Set<string>();
  let sound = true;
  const wrong = (fault: Parameters<typeof report>[0]): void => { sound = false; report(fault); };
  for (const { name: token, constant } of given) {
    if (token === undefined) {
      const group = readGroup(constant, owner, reading);
      if (!group) { sound = false; continue; }
      const twice = Object.keys(group).find((name) => seen.has(name));
      if (twice !== undefined) wrong(givenTwice(source, constant.form.startOffset, 'parameter', twice));
      for (const [name, tensor] of Object.entries(group)) { seen.add(name); params[name] = tensor; }
      continue;
    }
    const { image: name, startOffset: at } = token;
    if (Object.hasOwn(def.attrs, name)) wrong(parameterIsAttribute(source, at, def.kind, name));
    else if (!Object.hasOwn(def.params, name)) wrong(unknownParameter(source, at, def.kind, name, nearest(name, Object.keys(def.params)), Object.keys(def.params)));
    else if (seen.has(name)) wrong(givenTwice(source, at, 'parameter', name));
    else {
      seen.add(name);
      const tensor = 'form' in constant ? readNamed(constant, name, owner, reading) : readConstant(constant, reading);
      if (tensor) params[name] = tensor; else sound = false;
    }
  }
  for (const [name, spec] of Object.entries(def.params)) if (!spec.optional && !seen.has(name) && sound) wrong(parameterMissing(source, kind.startOffset, def.kind, name, spec.shape, spec.doc));
  return sound ? params : undefined;
}

function compareTypes(text: TypeText, inferred: ValueType, reading: Reading): void {
  const { source, report } = reading, stated = readType(text, reading);
  if (stated && !sameType(stated, inferred)) report(typeDiffers(source, text.domain.startOffset, printType(stated), printType(inferred)));
}

function readType(text: TypeText, reading: Reading): ValueType | undefined {
  const domain = wordOf(text.domain, 'domain', ['real', 'integer'], reading), kind = wordOf(text.kind, 'kind of value', valueKinds, reading);
  const time = wordOf(text.time, 'time', ['once', 'step'], reading), low = boundOf(text.low, reading), high = boundOf(text.high, reading), sides = text.size.image.split('x').map(Number);
  if (sides.length !== 3) return void reading.report(typeWordUnknown(reading.source, text.size.startOffset, 'size', text.size.image, undefined, []));
  return domain === undefined || kind === undefined || time === undefined || low === undefined || high === undefined ? undefined
    : { domain, kind, time, range: [low, high], grid: [sides[0], sides[1]], channels: sides[2] };
}

function wordOf<W extends string>({ image, startOffset }: IToken, what: string, words: readonly W[], { source, report }: Reading): W | undefined {
  const word = words.find((known) => known === image);
  if (word === undefined) report(typeWordUnknown(source, startOffset, what, image, nearest(image, words), words));
  return word;
}
