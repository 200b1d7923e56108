// What must hold between the keys of a chip: tiles exist, links join neighbours, a packet fits a buffer, and the whole can be simulated in bounded memory.
import type { Arch } from '../contract/arch.ts';
import { coreCount } from '../contract/arch.ts';
import type { Fault, Place } from '../contract/fault.ts';
import type { Route } from '../contract/program.ts';
import { headerFlits } from '../contract/work.ts';
import { buffersTooLarge, bufferTooSmall, ioDead, meshNotWhole, meshTooLarge, notNeighbours, tileOutside } from './faults.ts';
import type { Path } from './keys.ts';
import { placeOf } from './source.ts';
import type { Given } from './values.ts';

/** 256 x 256 tiles: links and routes are indices in 32 bits with room to spare, and a simulation holds state for every router. */
export const mostTiles = 65_536;
/** Flits that all buffers of a mesh may hold: one 32-bit word each in the cycle model. */
export const mostFlits = 2 ** 26;

/** Size of a mesh and of its routers' buffers. Faults: T1017, T1018, T1019. */
export function checkSize({ router }: Pick<Arch, 'router'>, width: number, height: number, at: Place): readonly Fault[] {
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width >= 1 && height >= 1)) return [meshNotWhole(at, width, height)];
  if (width * height > mostTiles) return [meshTooLarge(at, width, height, mostTiles)];
  const flits = width * height * (5 * router.virtualChannels * router.bufferFlits + router.injectionFlits);
  return flits > mostFlits ? [buffersTooLarge(at, flits, mostFlits)] : [];
}

const isNeighbour = (from: number, to: number, width: number): boolean =>
  Math.abs(from - to) === width || (Math.abs(from - to) === 1 && Math.floor(from / width) === Math.floor(to / width));

/**
 * All rules that join several keys.
 * @param given where each key stands, for the place of a fault
 * Faults: T1017 mesh, T1019 buffers of the mesh, T1020 packet, T1021 tile outside, T1022 dead io, T1023 no such link.
 */
export function checkArch(arch: Arch, given: ReadonlyMap<Path, Given>): readonly Fault[] {
  const { mesh, router } = arch, faults: Fault[] = [];
  const spot = (path: Path, item = 0) => {
    const { source, entry } = given.get(path)!;
    return { source, offset: entry.items[item].at };
  };
  const place = (path: Path, item = 0): Place => {
    const { source, offset } = spot(path, item);
    return placeOf(source, offset);
  };
  // A tile further out than the mesh has no neighbours to speak of.
  const isTile = (tile: number, what: string, path: Path, item: number): boolean => {
    const inside = tile >= 0 && tile < coreCount(arch);
    if (!inside) faults.push(tileOutside(place(path, item), what, tile, mesh.width, mesh.height));
    return inside;
  };

  faults.push(...checkSize(arch, mesh.width, mesh.height, place(mesh.width > mostTiles / mesh.height && mesh.width >= mesh.height ? 'mesh.width' : 'mesh.height')));
  // The smallest header: a program with many routes or contexts may need more, which its own check says.
  const header = headerFlits({ routes: new Array<Route>(1), stages: [], edges: [] }, arch), buffer = spot('router.bufferFlits');
  if (router.bufferFlits < header + 1) faults.push(bufferTooSmall(buffer.source, buffer.offset, router.bufferFlits, header, router.flitBits));

  isTile(mesh.io, 'mesh.io', 'mesh.io', 0);
  mesh.deadCores.forEach((tile, item) => {
    const { source, offset } = spot('mesh.deadCores', item);
    if (isTile(tile, 'mesh.deadCores', 'mesh.deadCores', item) && tile === mesh.io) faults.push(ioDead(source, offset, tile));
  });
  mesh.deadLinks.forEach(([from, to], item) => {
    const { source, offset } = spot('mesh.deadLinks', item);
    const inside = [from, to].map((tile) => isTile(tile, 'mesh.deadLinks', 'mesh.deadLinks', item));
    if (inside.every(Boolean) && !isNeighbour(from, to, mesh.width)) faults.push(notNeighbours(source, offset, from, to, mesh.width));
  });
  return faults;
}
