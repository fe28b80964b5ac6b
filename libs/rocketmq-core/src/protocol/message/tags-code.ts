/** `String.hashCode()` of Java over UTF-16 units: an int32. */
export function javaHashCode(text: string): number {
  return javaHashOn(0, text, 0, text.length);
}

/** The hash of a text with that hash, followed by a part of another one. */
export function javaHashOn(hash: number, text: string, start: number, end: number): number {
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** What a consume-queue entry holds for these tags: the sign-extended hash, 0 without tags. */
export function tagsCodeOf(tags: string | undefined): bigint {
  return tags === undefined ? 0n : BigInt(javaHashCode(tags));
}
