// The same chip with another mesh: what `--mesh 32x32` asks for.
import type { Target } from '../contract/arch.ts';
import type { Fault, Place } from '../contract/fault.ts';
import type { CoreId } from '../contract/units.ts';
import { checkSize } from './check.ts';
import { tileOutside } from './faults.ts';
import { sealTarget } from './print.ts';

const meshOption: Place = { in: 'option', option: '--mesh' };

/** Number of the tile that stands at the same place of another mesh, undefined where it would lie outside. */
function moved(tile: CoreId, from: number, width: number, height: number): CoreId | undefined {
  const x = tile % from, y = Math.floor(tile / from);
  return x < width && y < height ? y * width + x : undefined;
}

/** What speaks against giving a target this mesh. Faults: T1017 too large, T1018 no whole tiles, T1019 too many buffers, T1021 the io tile would lie outside. */
export function checkMesh({ arch }: Target, width: number, height: number): readonly Fault[] {
  const size = checkSize(arch, width, height, meshOption);
  if (size.length > 0) return size;
  return moved(arch.mesh.io, arch.mesh.width, width, height) === undefined ? [tileOutside(meshOption, `mesh.io of ${arch.name}`, arch.mesh.io, width, height)] : [];
}

/**
 * The target with a mesh of width x height tiles, printed and hashed anew. The io tile, dead cores and dead links keep their places; those outside the new mesh are gone.
 * Fails: throws where `checkMesh` has faults; ask it first.
 */
export function withMesh(target: Target, width: number, height: number): Target {
  const { arch, costs } = target, { mesh } = arch;
  const [fault] = checkMesh(target, width, height);
  if (fault) throw new RangeError(fault.message);
  if (mesh.width === width && mesh.height === height) return target;
  const move = (tile: CoreId) => moved(tile, mesh.width, width, height);
  const deadCores = mesh.deadCores.map(move).filter((tile) => tile !== undefined);
  const deadLinks = mesh.deadLinks.flatMap(([from, to]): (readonly [CoreId, CoreId])[] => {
    const ends = [move(from), move(to)];
    return ends[0] === undefined || ends[1] === undefined ? [] : [[ends[0], ends[1]]];
  });
  // What the file said of its own size does not speak of this one.
  const { 'mesh.width': _width, 'mesh.height': _height, ...cited } = target.cited;
  return sealTarget({ arch: { ...arch, mesh: { ...mesh, width, height, io: move(mesh.io)!, deadCores, deadLinks } }, costs, cited });
}
