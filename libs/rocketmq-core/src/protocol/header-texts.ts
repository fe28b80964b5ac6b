import { hexAt, shortEscapes } from './json-escapes.js';

const SLOTS = 64;
const KNOWN_SIZE_MAX = 64;
const SCRATCH_SIZE = 4096;
const BACKSLASH = 0x5c;

/**
 * Makes the texts of the headers that come on one connection. The group, the topic and their kin are the same in one request after the other:
 * those are found, not made, and being the same object they are also found faster in the tables behind.
 */
export class HeaderTexts {
  private readonly known = new Array<string>(SLOTS).fill('');
  private scratch: Buffer | undefined;

  /** @param bytes printable ASCII from `from` to `to` */
  plain(bytes: Buffer, from: number, to: number): string {
    const size = to - from;
    if (size === 0 || size > KNOWN_SIZE_MAX) return bytes.toString('latin1', from, to);
    const slot = ((bytes[from] ?? 0) * 7 + (bytes[to - 1] ?? 0) + size * 5) % SLOTS;
    const known = this.known[slot] ?? '';
    // Character by character: bytes kept beside it are compared faster, but cost an ArrayBuffer for each text that is another one every time.
    if (isSame(known, bytes, from, size)) return known;
    return (this.known[slot] = bytes.toString('latin1', from, to));
  }

  /** @param bytes a JSON string without its quotes, known to be one */
  escaped(bytes: Buffer, from: number, to: number): string {
    // Property texts, whose separators are all escapes, would take JSON.parse longer than the rest of their request.
    const scratch = (this.scratch ??= Buffer.allocUnsafeSlow(SCRATCH_SIZE));
    const size = to - from > SCRATCH_SIZE ? -1 : unescape(bytes, from, to, scratch);
    if (size >= 0) return scratch.toString('latin1', 0, size);
    return JSON.parse(bytes.toString('utf8', from - 1, to + 1)) as string;
  }
}

function isSame(known: string, bytes: Buffer, from: number, size: number): boolean {
  if (known.length !== size) return false;
  for (let i = 0; i < size; i++) if (known.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

/** @returns the size of the text in `target`; -1 when it has characters beyond Latin-1 */
function unescape(bytes: Buffer, from: number, to: number, target: Buffer): number {
  let size = 0;
  for (let at = from; at < to; at++) {
    let code = bytes[at] ?? 0;
    if (code >= 0x80) return -1;
    if (code === BACKSLASH) {
      at += 1;
      const meant = shortEscapes.get(bytes[at] ?? 0);
      code = meant ?? hexAt(bytes, at + 1);
      if (code < 0 || code > 0xff) return -1;
      if (meant === undefined) at += 4;
    }
    target[size++] = code;
  }
  return size;
}
