import { ProtocolViolation } from '../base/index.js';

/** What a peer may send. Sizes in bytes. */
export interface FrameLimits {
  /** The value of the length word: all that follows it. */
  readonly frameSizeMax: number;
  readonly headerSizeMax: number;
  readonly extFieldsMax: number;
}

/**
 * The frame limit is Java's. A legal send needs up to 32 767 bytes of properties in its header, and a JSON header writes each of their separators in
 * six bytes. Answers to a batch carry an id of 33 bytes per message, which bounds the messages of a batch that this side sends.
 */
export const defaultFrameLimits: FrameLimits = { frameSizeMax: 16_777_216, headerSizeMax: 262_144, extFieldsMax: 256 };

export const LENGTH_SIZE = 4;
/** The length word and the header word. */
export const PREFIX_SIZE = 8;

export const headerSizeOf = (headerWord: number): number => headerWord & 0xff_ffff;
export const headerTypeOf = (headerWord: number): number => headerWord >>> 24;

/**
 * Checks the first eight bytes of a frame.
 * @returns the size of the whole frame, its length word included
 * @throws ProtocolViolation
 */
export function checkPrefix(bytes: Buffer, at: number, limits: FrameLimits): number {
  const length = bytes.readInt32BE(at);
  if (length < PREFIX_SIZE - LENGTH_SIZE || length > limits.frameSizeMax) throw new ProtocolViolation(`frame length ${length}`);
  const headerWord = bytes.readUInt32BE(at + LENGTH_SIZE);
  if (headerTypeOf(headerWord) > 1) throw new ProtocolViolation(`unknown serialisation ${headerTypeOf(headerWord)}`);
  const headerSize = headerSizeOf(headerWord);
  if (headerSize > length - LENGTH_SIZE) throw new ProtocolViolation(`header length ${headerSize} in a frame of length ${length}`);
  if (headerSize > limits.headerSizeMax)
    throw new ProtocolViolation(`header length ${headerSize} is over the limit of ${limits.headerSizeMax}`);
  return LENGTH_SIZE + length;
}
