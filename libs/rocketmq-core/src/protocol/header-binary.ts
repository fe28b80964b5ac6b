import { ByteReader, ByteWriter, OutOfBytes, ProtocolViolation } from '../base/index.js';
import type { FrameHeader } from './frame-header.js';
import type { FrameLimits } from './frame-limits.js';
import { LanguageCode, languageNamed, languageNumbered } from './language-codes.js';

// The header in the ROCKETMQ serialisation, big endian:
//
//   0       2      3        5        9      13              17          ...         +4
//   +-------+------+--------+--------+------+---------------+-----------+-----------+------------+
//   | code  | lang | version| opaque | flag | remark length | remark    | ext length| ext fields |
//   | int16 | int8 | int16  | int32  | int32| int32         | UTF-8     | int32     |            |
//   +-------+------+--------+--------+------+---------------+-----------+-----------+------------+
//   ext field: key length int16, key, value length int32, value; an empty string is the same as none

const fitsInt16 = (value: number): boolean => value >= -32_768 && value <= 32_767;

/** The code is an int16: requests from 200 050 on have no binary form. */
export function hasBinaryForm(header: FrameHeader): boolean {
  if (!fitsInt16(header.code) || !fitsInt16(header.version)) return false;
  for (const name of header.ext?.keys() ?? []) {
    if (name.length > 32_767 / 3 && Buffer.byteLength(name) > 32_767) return false;
  }
  return true;
}

function writeExt(bytes: ByteWriter, ext: ReadonlyMap<string, string>): void {
  for (const [name, value] of ext) bytes.int16(Buffer.byteLength(name)).text(name).int32(Buffer.byteLength(value)).text(value);
}

const extSizeOf = (ext: ReadonlyMap<string, string>): number => {
  let size = 0;
  for (const [name, value] of ext) size += 6 + Buffer.byteLength(name) + Buffer.byteLength(value);
  return size;
};

export function printBinaryHeader(header: FrameHeader): Buffer {
  const ext = header.ext ?? new Map<string, string>();
  const remark = header.remark ?? '';
  const language = languageNamed(header.language ?? '') ?? 'OTHER';
  const remarkSize = Buffer.byteLength(remark);
  const extSize = extSizeOf(ext);
  const bytes = new ByteWriter(21 + remarkSize + extSize);
  bytes.int16(header.code).int8(LanguageCode[language]).int16(header.version).int32(header.opaque).int32(header.flag);
  bytes.int32(remarkSize).text(remark).int32(extSize);
  writeExt(bytes, ext);
  return bytes.finish();
}

function readExt(bytes: ByteReader, fieldsMax: number): Map<string, string> | undefined {
  const end = bytes.int32();
  if (end === 0) return undefined;
  const fields = new ByteReader(bytes.slice(end));
  const ext = new Map<string, string>();
  while (fields.remaining > 0) {
    const name = fields.text(fields.int16());
    const value = fields.text(fields.int32());
    if (name !== '' && value !== '') ext.set(name, value);
    if (ext.size > fieldsMax) throw new ProtocolViolation(`more than ${fieldsMax} ext fields`);
  }
  return ext;
}

function readHeader(bytes: ByteReader, limits: FrameLimits): FrameHeader {
  const code = bytes.int16();
  const language = languageNumbered(bytes.int8());
  const version = bytes.int16();
  const opaque = bytes.int32();
  const flag = bytes.int32();
  const remark = bytes.text(bytes.int32());
  const ext = readExt(bytes, limits.extFieldsMax);
  return { code, language, version, opaque, flag, remark: remark === '' ? undefined : remark, ext };
}

/** @throws ProtocolViolation */
export function parseBinaryHeader(header: Buffer, limits: FrameLimits): FrameHeader {
  try {
    return readHeader(new ByteReader(header), limits);
  } catch (error) {
    if (error instanceof OutOfBytes) throw new ProtocolViolation(`a length in the header points past its end: ${error.message}`);
    throw error;
  }
}
