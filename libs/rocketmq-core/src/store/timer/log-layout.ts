// One unit of the timer log: a message that waits, and the one before it in the same slot of the wheel. docs/formats/timer.md
//
//     0        4             12       16           24        28               36       40          44         52
//     | size   | prevPosition| magic  | writeTime  | delay   | physicalOffset | size   | topicHash | reserved |
//
// Big-endian. As Java: TimerLog, TimerMessageStore.doEnqueue.
import { readInt64, writeInt64 } from '../../base/index.js';

export const UNIT_SIZE = 52;
/** Size, previous position and magic: what the blank end of a file needs. */
export const UNIT_BLANK_SIZE_MIN = 16;
/** 0xBBCCDDEE ^ (1880681586 + 8). */
const MAGIC_UNIT_BLANK = -875286124;
const MAGIC_BITS = 0xf;

export const UnitMagic = {
  DEFAULT: 1,
  /** It waits longer than the wheel reaches: when its slot comes it is written anew. */
  ROLL: 2,
  /** It takes another message back. */
  DELETE: 4,
} as const;

export interface TimerUnit {
  /** Position of the unit before it in its slot; -1 for the first. */
  readonly prevPosition: number;
  readonly magic: number;
  /** Milliseconds since the epoch: the tick in which it was written. */
  readonly writeTimeMs: number;
  /** Milliseconds after `writeTimeMs`, int32. */
  readonly delayMs: number;
  /** Of the record in the commit log. */
  readonly physicalOffset: number;
  readonly size: number;
  /** Java hash of the topic that the message is for. */
  readonly topicHash: number;
}

export function writeUnit(target: Buffer, at: number, unit: TimerUnit): void {
  target.writeInt32BE(UNIT_SIZE, at);
  writeInt64(target, unit.prevPosition, at + 4);
  target.writeInt32BE(unit.magic, at + 12);
  writeInt64(target, unit.writeTimeMs, at + 16);
  target.writeInt32BE(unit.delayMs, at + 24);
  writeInt64(target, unit.physicalOffset, at + 28);
  target.writeInt32BE(unit.size, at + 36);
  target.writeInt32BE(unit.topicHash, at + 40);
  writeInt64(target, 0, at + 44);
}

/** @returns undefined when no unit lies there */
export function readUnit(bytes: Buffer, at: number): TimerUnit | undefined {
  if (bytes.length - at < UNIT_SIZE || bytes.readInt32BE(at) !== UNIT_SIZE) return undefined;
  const magic = bytes.readInt32BE(at + 12);
  // As Java: TimerMessageStore.isMagicOK, but zeros are no unit.
  if (magic === 0 || (magic & ~MAGIC_BITS) !== 0) return undefined;
  return {
    prevPosition: readInt64(bytes, at + 4),
    magic,
    writeTimeMs: readInt64(bytes, at + 16),
    delayMs: bytes.readInt32BE(at + 24),
    physicalOffset: readInt64(bytes, at + 28),
    size: bytes.readInt32BE(at + 36),
    topicHash: bytes.readInt32BE(at + 40),
  };
}

/** Marks the unused end of a file, `size` bytes of which these are the first. */
export function blankUnit(size: number): Buffer {
  const bytes = Buffer.alloc(UNIT_BLANK_SIZE_MIN);
  bytes.writeInt32BE(size, 0);
  bytes.writeInt32BE(MAGIC_UNIT_BLANK, 12);
  return bytes;
}

export const isBlankUnit = (bytes: Buffer, at: number): boolean =>
  bytes.length - at >= UNIT_BLANK_SIZE_MIN && bytes.readInt32BE(at + 12) === MAGIC_UNIT_BLANK;

export const isRoll = ({ magic }: Pick<TimerUnit, 'magic'>): boolean => (magic & UnitMagic.ROLL) !== 0;
/** As Java: a delete that is rolled is only written anew. */
export const isDelete = ({ magic }: Pick<TimerUnit, 'magic'>): boolean =>
  (magic & UnitMagic.DELETE) !== 0 && (magic & UnitMagic.ROLL) === 0;
/** In which tick it is due, before the precision is taken into account. */
export const outMsOf = ({ writeTimeMs, delayMs }: TimerUnit): number => writeTimeMs + delayMs;
