// Options of the commands: text from the command line -> checked values, all wrong ones reported at once.
import { availableParallelism } from 'node:os';
import type { Fault, Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import type { Target } from '../targets/contract/arch.ts';
import { checkMesh, withMesh } from '../targets/language/mesh.ts';
import { loadTarget } from '../targets/load.ts';
import { residuals } from '../compiler/lower/lowering.ts';
import type { AttentionOrder, Elimination } from '../compiler/passes/pass.ts';
import { attentionOrders, eliminations, scaleRules } from '../compiler/passes/pass.ts';
import { optionMissing, optionWrong } from './faults.ts';

export const referenceEngines = ['auto', 'node', 'wasm', 'cpu', 'none'] as const;
export const timings = ['analytic', 'cycle'] as const;

/** Options as commander hands them over: text, or absent. */
export type RawOptions = Readonly<Record<string, string | boolean | string[] | undefined>>;

/** Reads options one by one and remembers every fault. */
export class OptionReader {
  readonly faults: Fault[] = [];
  readonly #raw: RawOptions;

  constructor(raw: RawOptions) { this.#raw = raw; }

  text(name: string): string | undefined { const value = this.#raw[name]; return typeof value === 'string' ? value : undefined; }
  texts(name: string): readonly string[] { const value = this.#raw[name]; return Array.isArray(value) ? value : typeof value === 'string' ? [value] : []; }
  flag(name: string): boolean { return this.#raw[name] === true; }

  /** @param why what the command needs it for */
  required(name: string, why: string): string | undefined {
    const text = this.text(name);
    if (text === undefined) this.faults.push(optionMissing(dashed(name), why));
    return text;
  }

  whole(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    this.faults.push(optionWrong(dashed(name), `a whole number from ${least} to ${most}`, text));
    return fallback;
  }

  word<W extends string>(name: string, fallback: W, words: readonly W[]): W {
    const text = this.text(name), found = words.find((word) => word === text);
    if (text !== undefined && found === undefined) this.faults.push(optionWrong(dashed(name), `one of ${words.join(', ')}`, text));
    return found ?? fallback;
  }

  /** One of some words, or none. */
  choice<W extends string>(name: string, words: readonly W[]): W | undefined { return this.text(name) === undefined ? undefined : this.word(name, words[0], words); }

  mesh(name: string): readonly [number, number] | undefined {
    const text = this.text(name), match = /^(\d{1,5})x(\d{1,5})$/.exec(text ?? '');
    if (text !== undefined && !match) this.faults.push(optionWrong(dashed(name), 'WIDTHxHEIGHT, such as 32x32', text));
    return match ? [Number(match[1]), Number(match[2])] : undefined;
  }
}

const dashed = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export type CompilerOptions = Readonly<{ residual: (typeof residuals)[number] | 'auto'; scale: (typeof scaleRules)[number]; bits: number; seed: number; eliminate: Elimination; attention: AttentionOrder }>;

export const quantiserOptions = (reader: OptionReader): Pick<CompilerOptions, 'scale' | 'bits'> => ({ scale: reader.word('scale', 'max', scaleRules), bits: reader.whole('bits', 8, 2, 8) });

export const compilerOptions = (reader: OptionReader): CompilerOptions =>
  ({ residual: reader.word('residual', 'auto', ['auto', ...residuals]), ...quantiserOptions(reader), seed: reader.whole('seed', 1, 0, 2 ** 32 - 1), eliminate: reader.word('eliminate', 'dead', eliminations), attention: reader.word('attention', 'auto', attentionOrders) });

export type SimulatorOptions = Readonly<{ samples: number | undefined; timing: (typeof timings)[number]; timingSamples: number; workers: number; verify: number }>;

/** More workers than a machine has cores are allowed; each holds the program, so hundreds on a small machine are a typing error. */
export const workersOf = (reader: OptionReader): number => reader.whole('workers', availableParallelism(), 1, Math.max(64, availableParallelism()));

export const simulatorOptions = (reader: OptionReader): SimulatorOptions =>
  ({ samples: reader.text('samples') === undefined ? undefined : reader.whole('samples', 1, 1, 1e9), timing: reader.word('timing', 'cycle', timings),
  timingSamples: reader.whole('timingSamples', 20, 0, 1e6), workers: workersOf(reader),
    verify: reader.whole('verify', 20, 0, 1e6) });

/** The target named by --target, on the mesh of --mesh. Faults: those of the chip file, T1017 to T1021. */
export function targetOf(reader: OptionReader, name: string | undefined): Outcome<Target> {
  const mesh = reader.mesh('mesh'), target = loadTarget(name ?? 'mesh45');
  if (!target.ok || !mesh) return target;
  const wrong = checkMesh(target.value, mesh[0], mesh[1]);
  return wrong.length ? fail(...wrong) : succeed(withMesh(target.value, mesh[0], mesh[1]), target.warnings);
}

