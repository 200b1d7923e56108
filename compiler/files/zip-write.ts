// Writes zip archives whose bytes depend on nothing but their members: fixed time, fixed order, no platform fields.
import { crc32, deflateRawSync } from 'node:zlib';

/** 1980-01-01 00:00, the first moment zip knows. */
const time = 0, date = 0x21;
const utf8Names = 0x800, version = 20;
const most32 = 0xffffffff, most16 = 0xffff;

/**
 * A zip archive of the members, in their order; the same members give the same bytes.
 * @param store keeps the bytes as they are instead of deflating them
 * @throws RangeError past the sizes of plain zip (4 GiB, 65,535 members)
 */
export function writeZip(members: Iterable<readonly [name: string, bytes: Uint8Array]>, store: 'deflate' | 'store' = 'deflate'): Uint8Array {
  const pieces: Uint8Array[] = [], directory: Uint8Array[] = [];
  let at = 0, entries = 0;
  for (const [name, bytes] of members) {
    const rawName = new TextEncoder().encode(name), data = store === 'store' ? bytes : deflateRawSync(bytes, { level: 9 });
    // Common to both headers: version, flags, method, time, date, checksum, stored size, size, length of the name, length of the extra field.
    const shared = Buffer.alloc(26);
    [version, utf8Names, store === 'store' ? 0 : 8, time, date].forEach((value, i) => shared.writeUInt16LE(value, 2 * i));
    [crc32(bytes), data.length, bytes.length].forEach((value, i) => shared.writeUInt32LE(value, 10 + 4 * i));
    shared.writeUInt16LE(rawName.length, 22);
    const tail = Buffer.alloc(14);  // comment, disk, attributes: all zero; then where the local header is
    if (at + data.length + bytes.length > most32) throw new RangeError('the archive would be larger than 4 GiB');
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.of(0x50, 0x4b, 1, 2, version, 0), shared, tail, rawName);
    pieces.push(Buffer.of(0x50, 0x4b, 3, 4), shared, rawName, data);
    at += 30 + rawName.length + data.length;
    entries++;
  }
  if (entries > most16) throw new RangeError('the archive would have more than 65,535 members');
  const end = Buffer.alloc(22), length = directory.reduce((sum, piece) => sum + piece.length, 0);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...pieces, ...directory, end]);
}
