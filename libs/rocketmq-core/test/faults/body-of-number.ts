import { createHash } from 'node:crypto';

/** The body that numbered-body.mjs gives to a message. */
export function bodyOf(number: number): Buffer {
  const digest = createHash('sha512').update(String(number)).digest();
  return Buffer.concat(Array.from({ length: 1 + (number % 16) }, () => digest));
}
