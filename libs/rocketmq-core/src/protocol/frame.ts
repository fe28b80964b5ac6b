import { assert, ProtocolViolation } from '../base/index.js';
import type { FrameHeader } from './frame-header.js';
import { hasBinaryForm, parseBinaryHeader, printBinaryHeader } from './header-binary.js';
import { parseJsonHeader, printJsonHeader } from './header-json.js';
import type { HeaderMemory } from './header-memory.js';
import { scanJsonHeader } from './header-scan.js';
import { checkPrefix, defaultFrameLimits, headerSizeOf, headerTypeOf, LENGTH_SIZE, PREFIX_SIZE, type FrameLimits } from './frame-limits.js';

// One remoting frame, big endian:
//
//   0               4       5                 8                   8 + header length
//   +---------------+-------+-----------------+-------------------+---------------+
//   | frame length  | type  | header length   | header            | body          |
//   | int32         | uint8 | uint24          | JSON or ROCKETMQ  | may be absent |
//   +---------------+-------+-----------------+-------------------+---------------+
//   frame length counts what follows it; type 0 is JSON, 1 is ROCKETMQ

export type Serialization = 'JSON' | 'ROCKETMQ';

/** One remoting frame, decoded. As Java: RemotingCommand. */
export interface Frame extends FrameHeader {
  /** A view of the received bytes: copy it before keeping it beyond the handling of the frame. */
  readonly body: Buffer | undefined;
  readonly serialization: Serialization;
}

/** As Java: RemotingCommand.RPC_TYPE, RPC_ONEWAY. */
export const FrameFlag = { RESPONSE: 1, ONEWAY: 2 } as const;

const HEADER_SIZE_MAX = 0xff_ffff;

function prefix(into: Buffer, type: number, bodySize: number): Buffer {
  const headerSize = into.length - PREFIX_SIZE;
  assert(headerSize <= HEADER_SIZE_MAX, 'a header has at most 2^24-1 bytes');
  into.writeInt32BE(into.length - LENGTH_SIZE + bodySize, 0);
  into.writeUInt32BE(type * 0x100_0000 + headerSize, LENGTH_SIZE);
  return into;
}

/**
 * The bytes of a frame: the first buffer is all but the body, then come the parts of the body as they are, because joining them would copy
 * messages that a gathering write sends without it.
 * @param bodyParts in place of `frame.body`
 */
export function encodeFrame(frame: Frame, bodyParts: readonly Buffer[] = frame.body === undefined ? [] : [frame.body]): Buffer[] {
  let bodySize = 0;
  for (const part of bodyParts) bodySize += part.length;
  if (frame.serialization === 'ROCKETMQ' && hasBinaryForm(frame)) {
    const header = printBinaryHeader(frame);
    const head = Buffer.allocUnsafe(PREFIX_SIZE + header.length);
    header.copy(head, PREFIX_SIZE);
    return [prefix(head, 1, bodySize), ...bodyParts];
  }
  const header = printJsonHeader(frame);
  const size = Buffer.byteLength(header);
  const head = Buffer.allocUnsafe(PREFIX_SIZE + size);
  head.write(header, PREFIX_SIZE, size === header.length ? 'latin1' : 'utf8');
  return [prefix(head, 0, bodySize), ...bodyParts];
}

/**
 * @param bytes one whole frame, its length word included
 * @param memory of the connection; without it each header is read for itself
 * @throws ProtocolViolation and nothing else, whatever the bytes are
 */
export function decodeFrame(bytes: Buffer, limits: FrameLimits = defaultFrameLimits, memory?: HeaderMemory): Frame {
  if (bytes.length < PREFIX_SIZE || checkPrefix(bytes, 0, limits) !== bytes.length)
    throw new ProtocolViolation('the frame length is not that of the frame');
  const headerWord = bytes.readUInt32BE(LENGTH_SIZE);
  const bodyAt = PREFIX_SIZE + headerSizeOf(headerWord);
  const isJson = headerTypeOf(headerWord) === 0;
  const header = isJson
    ? (scanJsonHeader(bytes, [PREFIX_SIZE, bodyAt], limits, memory) ?? parseJsonHeader(bytes.toString('utf8', PREFIX_SIZE, bodyAt), limits))
    : parseBinaryHeader(bytes.subarray(PREFIX_SIZE, bodyAt), limits);
  return new ReceivedFrame(header, bodyAt === bytes.length ? undefined : bytes.subarray(bodyAt), isJson ? 'JSON' : 'ROCKETMQ');
}

// By `new`: what a literal makes may be put among the old objects at once by V8, where this one would keep its bytes until a full collection.
class ReceivedFrame implements Frame {
  readonly code: number;
  readonly language: string | undefined;
  readonly version: number;
  readonly opaque: number;
  readonly flag: number;
  readonly remark: string | undefined;
  readonly ext: ReadonlyMap<string, string> | undefined;

  constructor(
    { code, language, version, opaque, flag, remark, ext }: FrameHeader,
    readonly body: Buffer | undefined,
    readonly serialization: Serialization,
  ) {
    this.code = code;
    this.language = language;
    this.version = version;
    this.opaque = opaque;
    this.flag = flag;
    this.remark = remark;
    this.ext = ext;
  }
}
