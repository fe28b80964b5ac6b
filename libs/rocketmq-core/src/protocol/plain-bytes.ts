// Loops over a few dozen bytes: a call into native code for each piece of a header costs more than the piece.

/** Where writing ends that did not fit, or met what has to be written in another way. */
export const NO_ROOM = -1;

export function writeBytes(target: Buffer, at: number, bytes: Uint8Array): number {
  const end = at + bytes.length;
  if (at < 0 || end > target.length) return NO_ROOM;
  for (let i = 0; i < bytes.length; i++) target[at + i] = bytes[i] ?? 0;
  return end;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Writes a text that JSON writes as it is; printable ASCII without quotes and backslashes, as nearly every value is. */
export function writePlainText(target: Buffer, at: number, text: string): number {
  const end = at + text.length;
  if (at < 0 || end > target.length) return NO_ROOM;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return NO_ROOM;
    target[at + i] = code;
  }
  return end;
}

const INT32_MAX = 0x7fff_ffff;

/** The decimal digits of a number. */
export function writeNumber(target: Buffer, at: number, value: number): number {
  if (value < 0 || value > INT32_MAX) return writePlainText(target, at, String(value));
  let digits = 1;
  for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits += 1;
  const end = at + digits;
  if (at < 0 || end > target.length) return NO_ROOM;
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    const quotient = (rest / 10) | 0;
    target[i] = 0x30 + rest - quotient * 10;
    rest = quotient;
  }
  return end;
}
