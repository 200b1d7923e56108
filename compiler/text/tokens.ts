// Words of the text form: token types and the lexer.
import type { CustomPatternMatcherFunc, IToken, TokenType } from 'chevrotain';
import { createToken, Lexer } from 'chevrotain';

export const Word = createToken({ name: 'Word', pattern: /[A-Za-z_][\w.]*(?:-[A-Za-z_][\w.]*)*/, label: 'a name' });
const keyword = (word: string): TokenType => createToken({ name: `Keyword ${word}`, pattern: word, longer_alt: Word, label: `\`${word}\`` });
export const GraphWord = keyword('graph');
export const StepsWord = keyword('steps');
export const OutputWord = keyword('output');
export const ProbeWord = keyword('probe');
export const AxesWord = keyword('axes');
export const FillWord = keyword('fill');
export const InWord = keyword('in');

/** Sizes, as in 3x3 or 9x9x16. */
export const Sizes = createToken({ name: 'Sizes', pattern: /\d+(?:x\d+)+/, label: 'sizes such as `3x3`' });
export const Numeral = createToken({ name: 'Numeral', pattern: /-?(?:inf(?![\w.-])|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/, label: 'a number' });

// Scanned by hand: a constant is one string of many megabytes, on which a regular expression with alternatives overflows its stack.
const scanText = (text: string, from: number): { end: number; closed: boolean } => {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { end: at + 1, closed: true };
    if (code === 0x0a || code === 0x0d) return { end: at, closed: false };
    if (code === 0x5c) at++;
  }
  return { end: text.length, closed: false };
};
const textThatIs = (wanted: 'closed' | 'open'): CustomPatternMatcherFunc => (text, from) => {
  if (text.charCodeAt(from) !== 0x22) return null;
  const { end, closed } = scanText(text, from);
  return closed === (wanted === 'closed') ? [text.slice(from, end)] : null;
};
export const Text = createToken({ name: 'Text', pattern: textThatIs('closed'), start_chars_hint: ['"'], line_breaks: false, label: 'a text in double quotes' });
/** Stands where a text may stand, so that one missing quote is one fault. */
export const OpenText = createToken({ name: 'OpenText', pattern: textThatIs('open'), start_chars_hint: ['"'], line_breaks: false, categories: [Text] });

const sign = (name: string, pattern: string): TokenType => createToken({ name, pattern, label: `\`${pattern}\`` });
export const LeftBrace = sign('LeftBrace', '{');
export const RightBrace = sign('RightBrace', '}');
export const LeftParen = sign('LeftParen', '(');
export const RightParen = sign('RightParen', ')');
export const LeftBracket = sign('LeftBracket', '[');
export const RightBracket = sign('RightBracket', ']');
export const Equals = sign('Equals', '=');
export const Comma = sign('Comma', ',');
export const Colon = sign('Colon', ':');
export const Semicolon = sign('Semicolon', ';');

const Space = createToken({ name: 'Space', pattern: /[ \t\r\n\ufeff]+/, group: Lexer.SKIPPED, line_breaks: true });
const Comment = createToken({ name: 'Comment', pattern: /#[^\r\n]*/, group: Lexer.SKIPPED });

export const vocabulary: TokenType[] = [Space, Comment, Sizes, Numeral, GraphWord, StepsWord, OutputWord, ProbeWord, AxesWord, FillWord, InWord, Word, Text, OpenText,
  LeftBrace, RightBrace, LeftParen, RightParen, LeftBracket, RightBracket, Equals, Comma, Colon, Semicolon];

const lexer = new Lexer(vocabulary, { positionTracking: 'onlyOffset', ensureOptimizations: true });

export type Stray = Readonly<{ offset: number; characters: string }>;

/** Tokens of a text, and the runs of characters that are none. */
export function tokenize(text: string): Readonly<{ tokens: readonly IToken[]; strays: readonly Stray[] }> {
  const { tokens, errors } = lexer.tokenize(text);
  return { tokens, strays: errors.map(({ offset, length }) => ({ offset, characters: text.slice(offset, offset + length) })) };
}

/** How much of a text is not a quoted text: what makes tokens. */
export function charactersOutsideTexts(text: string): number {
  let outside = 0, at = 0;
  for (let quote = text.indexOf('"'); quote >= 0; quote = text.indexOf('"', at)) {
    outside += quote - at + 1;
    at = scanText(text, quote).end;
  }
  return outside + text.length - at;
}
