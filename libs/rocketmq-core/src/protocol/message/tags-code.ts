/** `String.hashCode()` of Java over UTF-16 units: an int32. */
export function javaHashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** What a consume-queue entry holds for these tags: the sign-extended hash, 0 without tags. */
export function tagsCodeOf(tags: string | undefined): bigint {
  return tags === undefined ? 0n : BigInt(javaHashCode(tags));
}
