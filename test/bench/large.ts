// Models of published size: how long they take to compile, and to simulate for one image.
import { compile } from '../../compiler/pipeline.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import { encodeProgram } from '../../targets/contract/wire.ts';
import { withMesh } from '../../targets/language/mesh.ts';
import { loadTarget } from '../../targets/load.ts';
import type { Figure, Yardstick } from './figures.ts';
import { fastest } from './figures.ts';
import { sure } from './fashion.ts';
import { modelSizes, syntheticImage, syntheticModel } from './synthetic.ts';

/** side: of the mesh of mesh45's cores that the model is compiled for. */
export function measureLarge(yardstick: Yardstick, name: keyof typeof modelSizes, side: number): readonly Figure[] {
  const size = modelSizes[name], { graph, classes } = syntheticModel(size), target = withMesh(sure(loadTarget('mesh45')), side, side);
  const compiling = () => sure(compile({ graph, hash: '0'.repeat(64), classes }, target, { residual: 'unary', scale: 'max', bits: 8, seed: 1 }));
  let compiled: ReturnType<typeof compiling> | undefined;
  const compileSeconds = fastest(2, () => { compiled = compiling(); }), { program } = compiled!;
  const encodeSeconds = fastest(1, () => { encodeProgram(program); });
  let engine: ReturnType<typeof prepare> | undefined;
  const prepareSeconds = fastest(1, () => { engine = prepare(program, target.arch); });
  const inputs = new Map([[program.inputs[0].name, syntheticImage(size)]]);
  let operations = 0;
  const imageSeconds = fastest(3, () => {
    const { ledger } = engine!.run(inputs, { activities: false });
    operations = totalOf(ledger, 'sopBinary') + totalOf(ledger, 'sopGraded') + totalOf(ledger, 'sopKv') + totalOf(ledger, 'sopQ');
  });
  const called = `Spikformer-${name}, ${program.cores.length} cores`;
  return [
    yardstick.duration('compiler', `${called}: graph to program`, compileSeconds),
    yardstick.duration('compiler', `${called}: program to bytes`, encodeSeconds),
    yardstick.duration('function', `${called}: weights packed, once a worker`, prepareSeconds),
    yardstick.duration('function', `${called}: one image of ${(operations / 1e9).toFixed(2)} GSOP`, imageSeconds),
    yardstick.speed('function', `${called}: synaptic operations`, operations / imageSeconds, 'SOP'),
  ];
}
