import { InvalidInput } from '../errors.js';
import { ranged } from '../config/ranges.js';
import type { DeadLetter } from './dead-letter.js';
import type { RedriveTarget } from './redriven-payload.js';

/** What a redrive did with a dead letter. `left`: not chosen. `unroutable`: it does not say where it was sent to. */
export type RedriveFate = 'redriven' | 'left' | 'unroutable';

export interface RedriveOptions {
  /** Default `group`: only the group that failed gets the messages again. */
  readonly to?: RedriveTarget;
  /** Only messages with this tag. */
  readonly tag?: string;
  /** Only messages with this business key. */
  readonly key?: string;
  /** Only messages that it takes. */
  readonly select?: (letter: DeadLetter) => boolean | Promise<boolean>;
  /** Ends the run after so many redriven messages. Default: none. */
  readonly limit?: number;
  /** Redriven messages a second, above 0. Default: as fast as the broker answers. */
  readonly ratePerSecond?: number;
  /** Counts what would be done, and does nothing. */
  readonly dryRun?: boolean;
  /** `progress` (default): behind what earlier redrives have passed. `first`: from the first dead letter that is still there. */
  readonly from?: 'progress' | 'first';
  /** Whose offset keeps the progress. Default `<group>_redrive`; another name for a selection that is to go through all dead letters by itself. */
  readonly progressGroup?: string;
  /** Told of every message, after it; waited for. */
  readonly onEach?: (letter: DeadLetter, fate: RedriveFate) => void | Promise<void>;
  /** Ends the run between two messages. */
  readonly signal?: AbortSignal;
}

export interface RedriveResult {
  /** Messages that were looked at. */
  readonly seen: number;
  readonly redriven: number;
  readonly left: number;
  readonly unroutable: number;
  /** `all`: everything that was there when it began. `failed`: `error` says why; the next run goes on behind the last redriven message. */
  readonly ended: 'all' | 'limit' | 'aborted' | 'failed';
  readonly error?: Error;
}

export interface RedriveSettings extends Omit<RedriveOptions, 'limit' | 'to' | 'from' | 'dryRun' | 'progressGroup'> {
  readonly group: string;
  readonly to: RedriveTarget;
  readonly from: 'progress' | 'first';
  readonly dryRun: boolean;
  readonly limit: number;
  readonly progressGroup: string;
}

export const progressGroupOf = (group: string): string => `${group}_redrive`;

/** @throws InvalidInput */
export function redriveSettings(group: string, options: RedriveOptions): RedriveSettings {
  const { ratePerSecond, limit, to = 'group', from = 'progress' } = options;
  if (ratePerSecond !== undefined && !(ratePerSecond > 0)) throw new InvalidInput('ratePerSecond', `${ratePerSecond} is no rate`);
  return {
    ...options,
    ...{ group, to, from },
    limit: ranged('limit', limit, Number.MAX_SAFE_INTEGER, [1, Number.MAX_SAFE_INTEGER]),
    dryRun: options.dryRun ?? false,
    progressGroup: options.progressGroup ?? progressGroupOf(group),
  };
}

export async function isChosen({ tag, key, select }: RedriveSettings, letter: DeadLetter): Promise<boolean> {
  const { tags, keys } = letter.message;
  if (tag !== undefined && tags !== tag) return false;
  if (key !== undefined && !keys.includes(key)) return false;
  return select === undefined || (await select(letter));
}
