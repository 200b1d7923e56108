// What a float engine is: TensorFlow.js with one backend that computes rightly.
import type { EngineReason } from './faults.ts';

export type Tf = typeof import('@tensorflow/tfjs-core');

export const engineNames = ['node', 'wasm', 'cpu'] as const;
export type EngineName = (typeof engineNames)[number];

/**
 * label: what reports say, `tfjs-wasm 4.22.0`. reasons: why the engines before this one are not used. tf: the library, on this backend whenever `use` was called last.
 * All engines of a thread share the library's one current backend: code that computes calls `use` first, and then does not wait.
 */
export type Engine = Readonly<{ name: EngineName; version: string; label: string; reasons: readonly EngineReason[]; tf: Tf; use(): void }>;
