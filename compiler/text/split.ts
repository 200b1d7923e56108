// Cuts tokens into header, statements and what stands behind: statements never nest, so one that is broken spoils no other.
import type { IToken } from 'chevrotain';
import { ops } from '../ops/index.ts';
import { isName } from './grammar.ts';
import { Equals, LeftBrace, LeftParen, OutputWord, ProbeWord, RightBrace, RightParen, Semicolon, Text, Word } from './tokens.ts';

/** close: the brace that ends the graph; after: the first token behind it. */
export type Pieces = Readonly<{ header: readonly IToken[]; statements: readonly (readonly IToken[])[]; close: IToken | undefined; after: IToken | undefined }>;

export function splitStatements(tokens: readonly IToken[]): Pieces {
  let at = 0;
  while (at < tokens.length && !startsStatement(tokens, at) && tokens[at].tokenType !== LeftBrace) at++;
  if (tokens[at]?.tokenType === LeftBrace) at++;
  const header = tokens.slice(0, at), statements: IToken[][] = [];
  while (at < tokens.length && tokens[at].tokenType !== RightBrace) {
    const end = statementEnd(tokens, at);
    statements.push(tokens.slice(at, end));
    at = end;
  }
  return { header, statements, close: tokens[at], after: tokens[at + 1] };
}

/** Behind the semicolon; where it is missing, before the next start of a statement or the brace that ends the graph. */
function statementEnd(tokens: readonly IToken[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const type = tokens[at].tokenType;
    if (type === Semicolon) return at + 1;
    if (at > from && (startsStatement(tokens, at) || (type === RightBrace && depth === 0))) return at;
    if (type === LeftBrace) depth++;
    if (type === RightBrace) depth--;
  }
  return tokens.length;
}

/** `name = word (` and the two keywords stand nowhere inside a statement, but for a parameter by key: `weight = conv2d("key")`, whose word is no operator. */
const startsStatement = (tokens: readonly IToken[], at: number): boolean => tokens[at].tokenType === OutputWord || tokens[at].tokenType === ProbeWord
  || (isName(tokens[at]) && tokens[at + 1]?.tokenType === Equals && tokens[at + 2]?.tokenType === Word && tokens[at + 3]?.tokenType === LeftParen && !isByKey(tokens, at + 2));

const isByKey = (tokens: readonly IToken[], word: number): boolean => tokens[word + 2]?.tokenType === Text && tokens[word + 3]?.tokenType === RightParen && !Object.hasOwn(ops, tokens[word].image);
