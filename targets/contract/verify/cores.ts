// Which core a stage is on, and whether the core images make sense on this mesh.
import type { Arch } from '../arch.ts';
import type { Program } from '../program.ts';
import type { Findings } from './findings.ts';
import { coreCount } from '../arch.ts';
import { coreDead, coreTwice, stagePlacement } from '../faults.ts';

/**
 * Core of every stage.
 * @returns [stages]; -1 where no image names the stage, the first image's core where several do
 */
export function coreOf(program: Pick<Program, 'stages' | 'cores'>): Int32Array {
  const cores = new Int32Array(program.stages.length).fill(-1);
  for (const image of program.cores) for (const stage of image.stages) if (cores[stage] === -1) cores[stage] = image.core;
  return cores;
}

/** One image a core, cores live and on the mesh, every stage on exactly one: T2160 .. T2162. */
export function checkCores(program: Program, arch: Arch, findings: Findings): void {
  const seen = new Set<number>(), dead = new Set(arch.mesh.deadCores), homes = program.stages.map((): number[] => []);
  program.cores.forEach((image, i) => {
    const part = `cores[${i}].core`;
    if (image.core >= coreCount(arch)) findings.report(coreDead(part, image.core, `is not on the mesh of ${arch.mesh.width} x ${arch.mesh.height}`));
    else if (dead.has(image.core)) findings.report(coreDead(part, image.core, 'is dead'));
    if (seen.has(image.core)) findings.report(coreTwice(part, image.core));
    seen.add(image.core);
    for (const stage of image.stages) homes[stage].push(image.core);
  });
  homes.forEach((cores, stage) => { if (cores.length !== 1) findings.report(stagePlacement(stage, cores)); });
}
