import type { HostAddress } from './message.js';

const v4Pattern = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

function parseIp4(text: string): Buffer | undefined {
  const parts = v4Pattern.exec(text)?.slice(1).map(Number);
  return parts?.every((part) => part <= 255) ? Buffer.from(parts) : undefined;
}

/** @returns the 16-bit groups of one side of `::`, or undefined when one is not hexadecimal */
function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
    groups.push(parseInt(part, 16));
  }
  return groups;
}

function withV4TailAsGroups(text: string): string | undefined {
  const tailAt = text.lastIndexOf(':') + 1;
  if (!text.includes('.', tailAt)) return text;
  const v4 = parseIp4(text.slice(tailAt));
  return v4 && `${text.slice(0, tailAt)}${v4.readUInt16BE(0).toString(16)}:${v4.readUInt16BE(2).toString(16)}`;
}

function parseIp6(text: string): Buffer | undefined {
  const hex = withV4TailAsGroups(text.replace(/%.*$/, ''));
  const halves = hex?.split('::');
  if (halves === undefined || halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '');
  const tail = parseGroups(halves[1] ?? '');
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const bytes = Buffer.alloc(16);
  [...head, ...new Array<number>(missing).fill(0), ...tail].forEach((group, i) => bytes.writeUInt16BE(group, i * 2));
  return bytes;
}

/** @returns 4 or 16 bytes, undefined when the text is no IP address. An IPv4 address mapped into IPv6 becomes IPv4, as Java does it. */
export function parseIp(text: string): Buffer | undefined {
  if (!text.includes(':')) return parseIp4(text);
  const bytes = parseIp6(text);
  const mapped = bytes !== undefined && bytes.readUInt16BE(10) === 0xffff && bytes.subarray(0, 10).every((byte) => byte === 0);
  return mapped ? bytes.subarray(12) : bytes;
}

/** IPv6 in the full form that Java prints: eight groups without `::`. */
export function formatIp(ip: Buffer): string {
  if (ip.length === 4) return ip.join('.');
  const groups: string[] = [];
  for (let at = 0; at + 1 < ip.length; at += 2) groups.push(ip.readUInt16BE(at).toString(16));
  return groups.join(':');
}

/** `ip:port`; an IPv6 address stands in brackets. */
export function formatHost(host: HostAddress): string {
  return host.ip.length === 4 ? `${formatIp(host.ip)}:${host.port}` : `[${formatIp(host.ip)}]:${host.port}`;
}

/** @returns undefined when the text is not `ip:port`. Brackets around an IPv6 address may be missing. */
export function parseHost(text: string): HostAddress | undefined {
  const colonAt = text.lastIndexOf(':');
  if (colonAt < 0 || !/^\d{1,5}$/.test(text.slice(colonAt + 1))) return undefined;
  const port = Number(text.slice(colonAt + 1));
  const ip = parseIp(text.slice(0, colonAt).replace(/^\[(.*)\]$/, '$1'));
  return ip === undefined || port > 65535 ? undefined : { ip, port };
}
