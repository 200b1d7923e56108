// Whether a model converts, fits and is exact, without running it: the compiler's own results, gathered.
import { compile, integersOf } from '../../compiler/pipeline.ts';
import { hostStages } from '../../compiler/host-stages.ts';
import type { Compiled } from '../../compiler/pipeline.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import type { PassRecord } from '../../compiler/passes/run-passes.ts';
import type { Width } from '../../compiler/passes/neurons/neuron.ts';
import { widest, widthsOf } from '../../compiler/passes/prove-ranges.ts';
import type { Target } from '../../targets/contract/arch.ts';
import { coreCount } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { startPhases } from '../console/progress.ts';
import type { LoadedModel } from '../load-model.ts';
import type { CompilerOptions } from '../options.ts';
import { coresOf, footprintOf, partOf } from '../report/layout.ts';
import type { Check } from './schema.ts';

/** What the mapper refuses: the network converts, but has no place on this chip. */
const isPlace = ({ code }: Fault): boolean => code.startsWith('C41');

/** Never fails: what is refused stands in it. */
export function checkModel(model: LoadedModel, target: Target, options: CompilerOptions): Check {
  const phases = startPhases('compiling'), compiled = compile({ ...model, hash: model.sha256 }, target, { ...options, onPhase: phases.enter }), faults = compiled.ok ? compiled.warnings : compiled.faults;
  phases.end();
  const made = compiled.ok ? compiled.value : asFarAsItGoes(model, target, options), errors = faults.filter(({ severity }) => severity === 'error');
  const { arch } = target, layers = layersOf(made.passes), converts = errors.every(isPlace);
  return {
    schemaVersion: 1,
    model: { name: model.name, family: model.family, steps: model.graph.steps, parameters: model.parameters },
    target: { name: arch.name, width: arch.mesh.width, height: arch.mesh.height, cores: coreCount(arch) - new Set(arch.mesh.deadCores).size },
    keys: { taken: model.keys.used, ignored: model.keys.ignored },
    converts, fits: errors.length === 0, exact: converts && layers.every(({ exact }) => exact), layers, host: hostStages(made.passes),
    ...(compiled.ok ? { mapping: mappingOf(compiled.value, target) } : {}),
    widest: made.integer ? widestOf(made.integer, target) : {},
    passes: made.passes.map(({ name, notes }) => ({ name, notes })),
    faults,
  };
}

/** What is known of a network that is refused: the passes that ran, and its integers where they got that far. */
function asFarAsItGoes({ graph }: LoadedModel, { arch }: Target, options: CompilerOptions): Readonly<{ integer: Graph | undefined; passes: readonly PassRecord[] }> {
  const { graph: last, records, arrived } = integersOf(graph, options, arch);
  return { integer: arrived ? last : undefined, passes: records };
}

function layersOf(passes: readonly PassRecord[]): Check['layers'] {
  const layers = new Map<string, Check['layers'][number]['roundings'][number][]>();
  for (const { node, ...rounding } of passes.flatMap(({ verdicts }) => verdicts)) layers.set(node, [...layers.get(node) ?? [], rounding]);
  return [...layers].map(([node, roundings]) => ({ node, exact: roundings.every(({ exact }) => exact), roundings }));
}

function mappingOf({ program, mapping, residual }: Compiled, target: Target): NonNullable<Check['mapping']> {
  const cores = coresOf({ program, timing: undefined });
  return { cores: mapping.cores, fewestCores: mapping.fewestCores, residual: residual.used, fullest: footprintOf(cores, { target }).fullest.map(({ memory, core }) => {
    const { layers, footprint } = cores.find((one) => one.core === core)!;
    return { memory, core, layers: layers.map((layer) => program.layers[layer]), bytes: footprint[partOf[memory]], available: target.arch.memories[memory].bytes };
  }) };
}

function widestOf(integer: Graph, { arch: { core } }: Target): Check['widest'] {
  const widths = widthsOf(integer), sum = widest(widths.filter(({ accumulated }) => accumulated), 'sum'), membrane = widest(widths, 'membrane');
  const told = ({ node, bits }: Width, available: number) => ({ node, bits, available });
  return { ...(sum ? { sum: told(sum, core.accumulatorBits) } : {}), ...(membrane ? { membrane: told(membrane, core.membraneBits) } : {}) };
}
