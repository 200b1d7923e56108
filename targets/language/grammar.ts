// Tokens and grammar of a chip file: text -> sections of entries, with every lexical and syntactic fault of one reading.
//   chip NAME [from NAME] { SECTION { KEY = item, item ... [, source "..."] } }     item: number [unit[/unit]] | number to number | word     # comment
import { createToken, EmbeddedActionsParser, EOF, Lexer } from 'chevrotain';
import type { IParserErrorMessageProvider, IToken, TokenType } from 'chevrotain';
import type { Cited } from '../contract/arch.ts';
import type { Fault } from '../contract/fault.ts';
import { stringNotClosed, syntax, unknownCharacters } from './faults.ts';
import type { Source } from './source.ts';

/** Offsets into the text are called `at`. */
export type Item = Readonly<{ at: number } & ({ is: 'number'; number: string; unit: string } | { is: 'link'; from: string; to: string } | { is: 'word'; word: string })>;
export type Entry = Readonly<{ key: string; at: number; items: readonly Item[]; cited?: Cited }>;
export type Section = Readonly<{ name: string; at: number; entries: readonly Entry[] }>;
export type ChipText = Readonly<{ name: string; at: number; base?: Readonly<{ name: string; at: number }>; sections: readonly Section[] }>;

/** A bare `source` counts as copied, the careful reading: a report warns of copied costs. */
const bases: Readonly<Record<string, Cited['basis']>> = { source: 'copied', measured: 'measured', synthesised: 'synthesised', copied: 'copied', ours: 'ours' };

const Word = createToken({ name: 'Word', pattern: /[A-Za-z][A-Za-z0-9_-]*/, label: 'a word' });
const keyword = (name: string, pattern: string | RegExp, label: string): TokenType => createToken({ name, pattern, label, longer_alt: Word });
const Chip = keyword('Chip', 'chip', '"chip"');
const From = keyword('From', 'from', '"from"');
const To = keyword('To', 'to', '"to"');
const Basis = keyword('Basis', new RegExp(Object.keys(bases).join('|')), '"source"');
const Numeral = createToken({ name: 'Numeral', pattern: /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/, label: 'a number' });
const Text = createToken({ name: 'Text', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/, label: 'a text in double quotes', line_breaks: false });
const OpenText = createToken({ name: 'OpenText', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*/, categories: [Text], line_breaks: false });
const Open = createToken({ name: 'Open', pattern: '{', label: '"{"' });
const Close = createToken({ name: 'Close', pattern: '}', label: '"}"' });
const Equals = createToken({ name: 'Equals', pattern: '=', label: '"="' });
const Comma = createToken({ name: 'Comma', pattern: ',', label: '","' });
const Slash = createToken({ name: 'Slash', pattern: '/', label: '"/"' });
const Space = createToken({ name: 'Space', pattern: /\s+/, group: Lexer.SKIPPED, line_breaks: true });
const Comment = createToken({ name: 'Comment', pattern: /#[^\r\n]*/, group: Lexer.SKIPPED });
const vocabulary = [Space, Comment, Chip, From, To, Basis, Word, Numeral, Text, OpenText, Open, Close, Equals, Comma, Slash];
const lexer = new Lexer(vocabulary, { positionTracking: 'onlyOffset' });

const came = (token: IToken): string => (token.tokenType === EOF ? 'the end of the file' : `\`${token.image.slice(0, 40)}\``);
const labelOf = (type: TokenType): string => type.LABEL ?? type.name;
const wanted = (paths: readonly (readonly TokenType[])[]): string => [...new Set(paths.map(([first]) => labelOf(first)))].join(' or ');
/** "wanted X, came Y": the parser's own words stay out of a user's sight. */
const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual }) => `wanted ${labelOf(expected)}, came ${came(actual)}`,
  buildNotAllInputParsedMessage: ({ firstRedundant }) => `wanted the end of the file, came ${came(firstRedundant)}`,
  buildNoViableAltMessage: ({ expectedPathsPerAlt, actual }) => `wanted ${wanted(expectedPathsPerAlt.flat())}, came ${came(actual[0])}`,
  buildEarlyExitMessage: ({ expectedIterationPaths, actual }) => `wanted ${wanted(expectedIterationPaths)}, came ${came(actual[0])}`,
};

const unquote = (text: string): string => text.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1');

/** Faults of one reading that are worth showing. Beyond them recovery stops, because it recurses once per fault. */
export const mostFaults = 100;

class ChipParser extends EmbeddedActionsParser {
  constructor() {
    super(vocabulary, { recoveryEnabled: true, maxLookahead: 2, errorMessageProvider: messages });
    this.performSelfAnalysis();
  }

  private readonly mayGoOn = (): boolean => this.errors.length <= mostFaults;

  readonly chip = this.RULE('chip', (): ChipText => {
    this.CONSUME(Chip);
    const name = this.CONSUME(Word), sections: Section[] = [];
    const base = this.OPTION(() => {
      this.CONSUME(From);
      return this.CONSUME2(Word);
    });
    this.CONSUME(Open);
    this.MANY({ GATE: this.mayGoOn, DEF: () => { sections.push(this.SUBRULE(this.section)); } });
    this.CONSUME(Close);
    return { name: name.image, at: name.startOffset, sections, ...(base && { base: { name: base.image, at: base.startOffset } }) };
  });

  private readonly section = this.RULE('section', (): Section => {
    const name = this.CONSUME(Word), entries: Entry[] = [];
    this.CONSUME(Open);
    this.MANY({ GATE: this.mayGoOn, DEF: () => { entries.push(this.SUBRULE(this.entry)); } });
    this.CONSUME(Close);
    return { name: name.image, at: name.startOffset, entries };
  }, { recoveryValueFunc: (): Section => ({ name: '', at: 0, entries: [] }) });

  private readonly entry = this.RULE('entry', (): Entry => {
    const key = this.CONSUME(Word), items: Item[] = [];
    this.CONSUME(Equals);
    items.push(this.SUBRULE(this.item));
    this.MANY({ GATE: this.mayGoOn, DEF: () => {
      this.CONSUME(Comma);
      items.push(this.SUBRULE2(this.item));
    } });
    const cited = this.OPTION((): Cited => {
      this.CONSUME2(Comma);
      const basis = this.CONSUME(Basis).image, source = unquote(this.CONSUME(Text).image);
      return { basis: bases[basis], source };
    });
    return { key: key.image, at: key.startOffset, items, ...(cited && { cited }) };
  }, { recoveryValueFunc: (): Entry => ({ key: '', at: 0, items: [] }) });

  private readonly item = this.RULE('item', (): Item => this.OR([
    { ALT: (): Item => {
      const word = this.CONSUME(Word);
      return { is: 'word', word: word.image, at: word.startOffset };
    } },
    { ALT: (): Item => {
      const number = this.CONSUME(Numeral), at = number.startOffset;
      const to = this.OPTION(() => {
        this.CONSUME(To);
        return this.CONSUME2(Numeral).image;
      });
      // Lines do not end an entry, so a word before `=` is the next key.
      const unit = this.OPTION2({ GATE: () => this.LA(2).tokenType !== Equals, DEF: () => this.unit() });
      return to === undefined ? { is: 'number', number: number.image, unit: unit ?? '', at } : { is: 'link', from: number.image, to, at };
    } },
  ]), { recoveryValueFunc: (): Item => ({ is: 'word', word: '', at: 0 }) });

  private unit(): string {
    const over = this.CONSUME3(Word).image;
    const under = this.OPTION3(() => {
      this.CONSUME(Slash);
      return this.CONSUME4(Word).image;
    });
    return under === undefined ? over : `${over}/${under}`;
  }
}

const parser = new ChipParser();

/**
 * Sections and entries of a chip file, or undefined with the faults that prevented it; what could be read beside a fault is there too.
 * Faults: T1001 unknown characters, T1002 a text that is not closed, T1003 syntax.
 */
export function parseChip(source: Source): Readonly<{ chip?: ChipText; faults: readonly Fault[] }> {
  const { tokens, errors } = lexer.tokenize(source.text);
  parser.input = tokens;
  const chip: ChipText | undefined = parser.chip();
  const faults = [
    ...errors.slice(0, mostFaults + 1).map((error) => unknownCharacters(source, error.offset, source.text.slice(error.offset, error.offset + error.length))),
    ...tokens.filter((token) => token.tokenType === OpenText).slice(0, mostFaults + 1).map((token) => stringNotClosed(source, token.startOffset)),
    ...parser.errors.map((error) => syntax(source, error.token.tokenType === EOF ? source.text.trimEnd().length : error.token.startOffset, error.message)),
  ];
  return { faults, ...(chip && { chip }) };
}
