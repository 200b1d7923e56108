// Grammar of the header and of one statement; what it gives is tokens in their places, not yet meaning. In words: grammar.md.
import type { IParserErrorMessageProvider, IToken, TokenType } from 'chevrotain';
import { EmbeddedActionsParser, EOF, tokenLabel } from 'chevrotain';
import { AxesWord, Colon, Comma, Equals, FillWord, GraphWord, InWord, LeftBrace, LeftBracket, LeftParen, Numeral, OpenText, OutputWord, ProbeWord, RightBrace, RightBracket, RightParen,
  Semicolon, Sizes, StepsWord, Text, vocabulary, Word } from './tokens.ts';

export type HeaderText = Readonly<{ name: IToken; steps: IToken }>;
export type AttrText = Readonly<{ name: IToken; value: IToken }>;
/** given: base64 of little-endian float64, a list of numbers, or one number for all; 'short': constants were left out when it was printed. */
export type ConstantText = Readonly<{ open: IToken; shape: readonly IToken[]; given: 'base64' | 'list' | 'fill' | 'short'; at: IToken; numbers: readonly IToken[] }>;
/** A constant of a checkpoint by its key: `conv2d("head.weight")`. */
export type NamedText = Readonly<{ form: IToken; key: IToken }>;
/** name: none where a form gives all parameters of a node at once. */
export type ParamText = Readonly<{ name: IToken; constant: ConstantText | NamedText } | { name?: undefined; constant: NamedText }>;
export type TypeText = Readonly<{ domain: IToken; kind: IToken; size: IToken; time: IToken; low: IToken; high: IToken }>;
export type NodeText = Readonly<{ as: 'node'; name: IToken; kind: IToken; inputs: readonly IToken[]; attrs: readonly AttrText[]; params: readonly ParamText[]; type: TypeText | undefined }>;
export type PointText = Readonly<{ as: 'output' | 'probe'; name: IToken; value: IToken; axes: IToken | undefined; places?: readonly IToken[] | undefined }>;
/** What no node says: `classes "cat", "dog"`, `encode poisson`. */
export type SettingText = Readonly<{ as: 'setting'; name: IToken; values: readonly IToken[] }>;
export type StatementText = NodeText | PointText | SettingText;

/** What stands there, in words. */
export function described(token: IToken): string {
  if (token.tokenType === EOF) return 'nothing';
  if (token.tokenType === Text) return 'a text in double quotes';
  return `\`${token.image.length > 40 ? `${token.image.slice(0, 37)}...` : token.image}\``;
}

const oneOf = (labels: readonly string[]): string => {
  const words = [...new Set(labels)];
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
};
const firstOf = (paths: readonly (readonly TokenType[])[]): string[] => paths.flatMap((path) => (path.length ? [tokenLabel(path[0])] : []));

/** What ends a list: where it is missing, a comma may be what was forgotten. */
const closers: ReadonlySet<TokenType> = new Set([RightBrace, RightParen, RightBracket]);

const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual, ruleName }) =>
    `wanted ${ruleName !== 'type' && closers.has(expected) ? '`,` or ' : ''}${tokenLabel(expected)}, came ${described(actual)}`,
  buildNotAllInputParsedMessage: ({ firstRedundant }) => `nothing more is wanted here, came ${described(firstRedundant)}`,
  buildNoViableAltMessage: ({ expectedPathsPerAlt, actual }) => `wanted ${oneOf(expectedPathsPerAlt.flatMap(firstOf))}, came ${described(actual[0])}`,
  buildEarlyExitMessage: ({ expectedIterationPaths, actual }) => `wanted ${oneOf(firstOf(expectedIterationPaths))}, came ${described(actual[0])}`,
};

// No recovery of its own: statements never nest, so `split.ts` cuts the text into statements first and each is parsed alone.
class GraphParser extends EmbeddedActionsParser {
  constructor() {
    super(vocabulary, { maxLookahead: 2, errorMessageProvider: messages });
    this.performSelfAnalysis();
  }

  readonly name = this.RULE('name', (): IToken => this.OR([{ ALT: () => this.CONSUME(Word) }, { ALT: () => this.CONSUME(Text) }]));

  readonly header = this.RULE('header', (): HeaderText => {
    this.CONSUME(GraphWord);
    const name = this.SUBRULE(this.name);
    this.CONSUME(StepsWord);
    const steps = this.CONSUME(Numeral);
    this.CONSUME(LeftBrace);
    return { name, steps };
  });

  readonly numbers = this.RULE('numbers', (): IToken[] => {
    const numbers: IToken[] = [];
    this.MANY_SEP({ SEP: Comma, DEF: () => { numbers.push(this.CONSUME(Numeral)); } });
    return numbers;
  });

  readonly constant = this.RULE('constant', (): ConstantText => {
    const open = this.CONSUME(LeftBracket), shape = this.SUBRULE(this.numbers);
    this.CONSUME(RightBracket);
    return this.OR<ConstantText>([
      { ALT: () => ({ open, shape, given: 'base64', at: this.CONSUME(Text), numbers: [] }) },
      { ALT: () => {
        const at = this.CONSUME(LeftParen), numbers = this.SUBRULE1(this.numbers);
        this.CONSUME(RightParen);
        return { open, shape, given: 'list', at, numbers };
      } },
      { ALT: () => ({ open, shape, given: 'fill', at: this.CONSUME(FillWord), numbers: [this.CONSUME(Numeral)] }) },
      { ALT: () => {
        const at = this.CONSUME(InWord);
        this.CONSUME1(LeftBracket);
        const numbers = this.SUBRULE2(this.numbers);
        this.CONSUME1(RightBracket);
        return { open, shape, given: 'short', at, numbers };
      } },
    ]);
  });

  readonly named = this.RULE('named', (): NamedText => {
    const form = this.CONSUME(Word);
    this.CONSUME(LeftParen);
    const key = this.CONSUME(Text);
    this.CONSUME(RightParen);
    return { form, key };
  });

  readonly attr = this.RULE('attr', (): AttrText => {
    const name = this.CONSUME(Word);
    this.CONSUME(Equals);
    const value = this.OR([{ ALT: () => this.CONSUME(Numeral) }, { ALT: () => this.CONSUME(Sizes) }, { ALT: () => this.CONSUME1(Word) }]);
    return { name, value };
  });

  readonly type = this.RULE('type', (): TypeText => {
    const domain = this.CONSUME(Word), kind = this.CONSUME1(Word), size = this.CONSUME(Sizes), time = this.CONSUME2(Word);
    this.CONSUME(LeftBracket);
    const low = this.CONSUME(Numeral);
    this.CONSUME(Comma);
    const high = this.CONSUME1(Numeral);
    this.CONSUME(RightBracket);
    return { domain, kind, size, time, low, high };
  });

  readonly node = this.RULE('node', (): NodeText => {
    const inputs: IToken[] = [], attrs: AttrText[] = [], params: ParamText[] = [];
    const name = this.SUBRULE(this.name);
    this.CONSUME(Equals);
    const kind = this.CONSUME(Word);
    this.CONSUME(LeftParen);
    this.MANY_SEP({ SEP: Comma, DEF: () => { inputs.push(this.SUBRULE1(this.name)); } });
    this.CONSUME(RightParen);
    this.OPTION(() => {
      this.CONSUME(LeftBrace);
      this.MANY_SEP1({ SEP: Comma, DEF: () => { attrs.push(this.SUBRULE(this.attr)); } });
      this.CONSUME(RightBrace);
    });
    this.MANY(() => {
      params.push(this.OR<ParamText>([
        { ALT: () => {
          const of = this.CONSUME1(Word);
          this.CONSUME1(Equals);
          return { name: of, constant: this.OR1<ConstantText | NamedText>([{ ALT: () => this.SUBRULE(this.constant) }, { ALT: () => this.SUBRULE(this.named) }]) };
        } },
        { ALT: () => ({ constant: this.SUBRULE1(this.named) }) },
      ]));
    });
    const type = this.OPTION1(() => {
      this.CONSUME(Colon);
      return this.SUBRULE(this.type);
    });
    return { as: 'node', name, kind, inputs, attrs, params, type };
  });

  readonly output = this.RULE('output', (): PointText => {
    this.CONSUME(OutputWord);
    const name = this.SUBRULE(this.name);
    this.CONSUME(Equals);
    return { as: 'output', name, value: this.SUBRULE1(this.name), axes: undefined };
  });

  readonly probe = this.RULE('probe', (): PointText => {
    this.CONSUME(ProbeWord);
    const name = this.SUBRULE(this.name);
    this.CONSUME(Equals);
    const value = this.SUBRULE1(this.name);
    this.CONSUME(AxesWord);
    const axes = this.CONSUME(Text), places = this.OPTION(() => {
      this.CONSUME(InWord);
      this.CONSUME(LeftBracket);
      const numbers = this.SUBRULE(this.numbers);
      this.CONSUME(RightBracket);
      return numbers;
    });
    return { as: 'probe', name, value, axes, places };
  });

  readonly setting = this.RULE('setting', (): SettingText => {
    const name = this.CONSUME(Word), values: IToken[] = [];
    this.OR([
      { ALT: () => { this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => { values.push(this.CONSUME(Text)); } }); } },
      { ALT: () => { values.push(this.CONSUME1(Word)); } },
    ]);
    return { as: 'setting', name, values };
  });

  readonly statement = this.RULE('statement', (): StatementText => {
    const statement = this.OR<StatementText>([{ ALT: () => this.SUBRULE(this.output) }, { ALT: () => this.SUBRULE(this.probe) }, { ALT: () => this.SUBRULE(this.node) }, { ALT: () => this.SUBRULE(this.setting) }]);
    this.CONSUME(Semicolon);
    return statement;
  });
}

const parser = new GraphParser();

/** at: the token that is in the way; undefined where the text ends too early. unended: nothing but the semicolon is missing. */
export type SyntaxMistake = Readonly<{ at: IToken | undefined; unended: boolean; message: string }>;
export type Parsed<T> = Readonly<{ value: T } | { error: SyntaxMistake }>;

const parse = <T>(tokens: readonly IToken[], rule: () => T): Parsed<T> => {
  parser.input = [...tokens];
  const value = rule(), [error] = parser.errors;
  if (error === undefined) return { value };
  const early = error.token.tokenType === EOF;
  return { error: { at: early ? undefined : error.token, unended: early && error.context.ruleStack.length === 1, message: error.message } };
};

export const parseHeader = (tokens: readonly IToken[]): Parsed<HeaderText> => parse(tokens, () => parser.header());
export const parseStatement = (tokens: readonly IToken[]): Parsed<StatementText> => parse(tokens, () => parser.statement());
export const isName = (token: IToken | undefined): boolean => token !== undefined && (token.tokenType === Word || token.tokenType === Text || token.tokenType === OpenText);
