import type { Seen } from './party.js';

/** Polls until so many came. @throws Error with what came when it takes too long */
export async function pollAll(poll: () => Promise<readonly Seen[]>, count: number, timeoutMs = 60_000): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  for (const end = Date.now() + timeoutMs; seen.length < count;) {
    if (Date.now() > end)
      throw new Error(`${seen.length} of ${count} messages within ${timeoutMs} ms: ${seen.map(({ key }) => key).join(' ')}`);
    seen.push(...(await poll()));
  }
  return seen;
}
