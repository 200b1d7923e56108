// Protobuf fields put together by hand, for files that no writer would write.

export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  return [...bytes, value];
}

/** A field with wire type 0. */
export const number = (id: number, value: number): number[] => [...varint(id * 8), ...varint(value)];
/** A field with wire type 2 that holds bytes or other fields. */
export const message = (id: number, ...fields: readonly (readonly number[])[]): number[] => [...varint(id * 8 + 2), ...varint(fields.flat().length), ...fields.flat()];

export const appended = (bytes: Uint8Array, ...fields: readonly (readonly number[])[]): Uint8Array => Uint8Array.from([...bytes, ...fields.flat()]);
