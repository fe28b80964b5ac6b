import { OperationFailed } from '../base/index.js';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Delays by level, in milliseconds: index 0 is level 1. As Java: DefaultMessageStore.parseDelayLevel.
 * @param text as in messageDelayLevel: `1s 5s 1m 2h`
 * @throws OperationFailed `refused`
 */
export function parseDelayLevels(text: string): readonly number[] {
  return text
    .trim()
    .split(/\s+/)
    .map((part) => {
      const [, count, unit] = /^(\d+)([smhd])$/.exec(part) ?? [];
      const unitMs = unit === undefined ? undefined : UNIT_MS[unit];
      if (unitMs === undefined) throw new OperationFailed('refused', `messageDelayLevel: ${part} is no delay such as 10s, 5m or 2h`);
      return Number(count) * unitMs;
    });
}
