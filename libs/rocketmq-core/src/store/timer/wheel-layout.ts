// One slot of the timer wheel: the messages that are due in one tick. docs/formats/timer.md
//
//     0                8                 16               24      28      32
//     | tick           | firstPosition   | lastPosition   | count | magic |
//
// Big-endian. The tick is the time in milliseconds divided by the precision; slot i holds ticks with tick % slotCount = i. As Java: Slot.
import { readInt64, writeInt64 } from '../../base/index.js';

export const SLOT_SIZE = 32;

export interface Slot {
  readonly tick: number;
  /** Position in the timer log of the first and the last unit of the slot. */
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** Messages less recalls. */
  readonly count: number;
}

export function writeSlot(target: Buffer, at: number, slot: Slot): void {
  writeInt64(target, slot.tick, at);
  writeInt64(target, slot.firstPosition, at + 8);
  writeInt64(target, slot.lastPosition, at + 16);
  target.writeInt32BE(slot.count, at + 24);
  target.writeInt32BE(0, at + 28);
}

export function readSlot(bytes: Buffer, at: number): Slot {
  return {
    tick: readInt64(bytes, at),
    firstPosition: readInt64(bytes, at + 8),
    lastPosition: readInt64(bytes, at + 16),
    count: bytes.readInt32BE(at + 24),
  };
}

/** Whether no message was ever due in it, or those that were are delivered. */
export const isEmptySlot = (bytes: Buffer, at: number): boolean => bytes.readInt32BE(at) === 0 && bytes.readInt32BE(at + 4) === 0;
