import type { FrameHeader } from './frame-header.js';
import type { HeaderTexts } from './header-texts.js';
import { isOrdinary } from './json-escapes.js';
import type { Marks } from './marks.js';
import { ScannedExt } from './scanned-ext.js';

/** A header as the scanner has read it. Positions count from its first byte. */
export interface ReadHeader {
  readonly header: FrameHeader;
  readonly marks: Marks | undefined;
  /** Where the digits of the opaque are. */
  readonly opaqueFrom: number;
  readonly opaqueTo: number;
}

const SLOTS = 4;
const SIZE_MAX = 768;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const INT_MAX = 0x7fff_ffff;
/** What may stand at a position of a stencil: only its own byte, any byte that stands for itself within a string, any digit. */
const FIXED = 0;
const TEXT = 1;
const DIGIT = 2;

/** A field has a bit in a number. */
const FIELDS_MAX = 31;
const MISFIT = -1;

interface Stencil {
  readonly bytes: Buffer;
  readonly may: Uint8Array;
  /** Which field's value lies at a position. */
  readonly fieldAt: Uint8Array;
  readonly read: ReadHeader;
  readonly pattern: ScannedExt | undefined;
}

// A sender repeats its header from request to request: the same fields in the same order, most values the same or of the same length. One comparison
// with the last one says more cheaply than reading it anew that a header is well-formed, and where its fields are.
/** Headers of one connection, as patterns for those that follow. */
export class HeaderStencils {
  private readonly stencils = new Array<Stencil | undefined>(SLOTS).fill(undefined);
  /** Sizes of the headers that were last scanned: one is worth a stencil when the next of its slot has its size. */
  private readonly scanned = new Array<number>(SLOTS).fill(0);

  /** @returns undefined when it has to be scanned */
  find(bytes: Buffer, from: number, to: number, texts: HeaderTexts): FrameHeader | undefined {
    const size = to - from;
    const stencil = this.stencils[size % SLOTS];
    if (stencil === undefined || stencil.bytes.length !== size) return undefined;
    const changed = differences(stencil, bytes, from);
    if (changed === MISFIT) return undefined;
    const { pattern } = stencil;
    const { header, marks, opaqueFrom, opaqueTo } = stencil.read;
    const opaque = numberAt(bytes, from + opaqueFrom, from + opaqueTo);
    if (opaque < 0) return undefined;
    const { code, flag, version, language, remark } = header;
    const ext = marks && pattern && new ScannedExt({ bytes, base: from, marks, texts, likeness: { pattern, changed } });
    return { code, flag, opaque, version, language, remark, ext };
  }

  /** Keeps a header that had to be scanned, when it is likely to come again. @param header the bytes of it alone */
  learn(header: Buffer, read: ReadHeader, texts: HeaderTexts): void {
    const size = header.length;
    const slot = size % SLOTS;
    const isRepeated = this.scanned[slot] === size;
    this.scanned[slot] = size;
    if (!isRepeated || size > SIZE_MAX || read.header.remark !== undefined || read.header.opaque < 0) return;
    const { marks } = read;
    if (marks !== undefined && marks.count > FIELDS_MAX) return;
    const bytes = Buffer.allocUnsafeSlow(size);
    header.copy(bytes);
    const pattern = marks && new ScannedExt({ bytes, base: 0, marks, texts });
    this.stencils[slot] = { bytes, ...allowances(bytes, read), pattern, read: { ...read, header: { ...read.header, ext: undefined } } };
    this.scanned[slot] = 0;
  }
}

/** @returns a bit for each field whose value is another one, or MISFIT */
function differences({ bytes: own, may, fieldAt }: Stencil, bytes: Buffer, from: number): number {
  let changed = 0;
  for (let i = 0; i < own.length; i++) {
    const byte = bytes[from + i] ?? 0;
    if (byte === own[i]) continue;
    const allowed = may[i];
    if (allowed === TEXT && isOrdinary[byte] === 1) changed |= 1 << (fieldAt[i] ?? 0);
    else if (allowed !== DIGIT || byte < ZERO || byte > NINE) return MISFIT;
  }
  return changed;
}

/** @returns -1 for what is no int32 without a sign */
function numberAt(bytes: Buffer, from: number, to: number): number {
  if (bytes[from] === ZERO && to - from > 1) return -1;
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] ?? 0) - ZERO;
  return value <= INT_MAX ? value : -1;
}

function allowances(own: Uint8Array, { marks, opaqueFrom, opaqueTo }: ReadHeader): Pick<Stencil, 'may' | 'fieldAt'> {
  const may = new Uint8Array(own.length).fill(FIXED);
  const fieldAt = new Uint8Array(own.length);
  for (let at = opaqueFrom; at < opaqueTo; at++) if ((own[at] ?? 0) >= ZERO) may[at] = DIGIT;
  for (let mark = marks?.first() ?? -1; marks !== undefined && mark >= 0; mark = marks.next(mark)) {
    const end = marks.valueEnd(mark);
    const to = end < 0 ? ~end : end;
    fieldAt.fill(marks.indexOf(mark), marks.valueFrom(mark), to);
    allowTexts(own, may, marks.valueFrom(mark), to);
  }
  return { may, fieldAt };
}

/** All but escapes, and bytes beyond ASCII. */
function allowTexts(own: Uint8Array, may: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    if (own[at] === BACKSLASH) at += own[at + 1] === LOWER_U ? 5 : 1;
    else if (isOrdinary[own[at] ?? 0] === 1) may[at] = TEXT;
  }
}
