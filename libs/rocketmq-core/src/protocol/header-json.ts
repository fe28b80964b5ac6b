import { ProtocolViolation } from '../base/index.js';
import type { FrameHeader } from './frame-header.js';
import type { FrameLimits } from './frame-limits.js';
import { quoted } from './json-quote.js';
import { languageNamed } from './language-codes.js';

// The header as JSON. Java writes the keys in the order of the alphabet and leaves `remark` and `extFields` out when they are null.

/** Members of a JSON object, without its braces. */
export function printExt(ext: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of ext) text += `${text === '' ? '' : ','}${quoted(name)}:${quoted(value)}`;
  return text;
}

export function printJsonHeader(header: FrameHeader): string {
  const ext = header.ext === undefined ? '' : `"extFields":{${printExt(header.ext)}},`;
  const language = header.language === undefined ? '' : `"language":${quoted(header.language)},`;
  const remark = header.remark === undefined ? '' : `"remark":${quoted(header.remark)},`;
  return `{"code":${header.code},${ext}"flag":${header.flag},${language}"opaque":${header.opaque},${remark}"serializeTypeCurrentRPC":"JSON","version":${header.version}}`;
}

type JsonFields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Java reads a number in quotes too, and 0 for one that is missing. */
function readInt(fields: JsonFields, name: string): number {
  const raw = fields[name] ?? 0;
  const value = typeof raw === 'string' && /^-?\d{1,10}$/.test(raw) ? Number(raw) : raw;
  if (typeof value !== 'number' || (value | 0) !== value) throw new ProtocolViolation(`header field ${name} is not an int`);
  return value;
}

/** Values are strings. Some clients write numbers and booleans as such. */
function readExt(fields: JsonFields, fieldsMax: number): Map<string, string> {
  const ext = new Map<string, string>();
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'string') ext.set(name, value);
    else if (typeof value === 'number' || typeof value === 'boolean') ext.set(name, String(value));
    else if (value !== null) throw new ProtocolViolation('an ext field is not a string');
    if (ext.size > fieldsMax) throw new ProtocolViolation(`more than ${fieldsMax} ext fields`);
  }
  return ext;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProtocolViolation('the header is not JSON', { cause: error });
  }
}

/** @throws ProtocolViolation */
export function parseJsonHeader(text: string, limits: FrameLimits): FrameHeader {
  const fields = parse(text);
  if (!isObject(fields)) throw new ProtocolViolation('the header is not a JSON object');
  const { extFields, language, remark } = fields;
  return {
    code: readInt(fields, 'code'),
    language: typeof language === 'string' ? languageNamed(language) : undefined,
    version: readInt(fields, 'version'),
    opaque: readInt(fields, 'opaque'),
    flag: readInt(fields, 'flag'),
    remark: typeof remark === 'string' ? remark : undefined,
    ext: isObject(extFields) ? readExt(extFields, limits.extFieldsMax) : undefined,
  };
}
