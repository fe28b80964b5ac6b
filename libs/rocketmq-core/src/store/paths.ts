import { homedir } from 'node:os';
import type { StoreConfig } from './config/store-config.js';

/** Every file name of a store. As Java: StorePathConfigHelper. */
export interface StorePaths {
  readonly root: string;
  readonly commitLog: string;
  readonly consumeQueue: string;
  readonly index: string;
  readonly checkpoint: string;
  readonly abort: string;
  readonly lock: string;
}

export function storePaths(config: Pick<StoreConfig, 'storePathRootDir' | 'storePathCommitLog'>): StorePaths {
  const root = config.storePathRootDir || `${homedir()}/store`;
  return {
    root,
    commitLog: config.storePathCommitLog || `${root}/commitlog`,
    consumeQueue: `${root}/consumequeue`,
    index: `${root}/index`,
    checkpoint: `${root}/checkpoint`,
    abort: `${root}/abort`,
    lock: `${root}/lock`,
  };
}

/** A segment is named after the offset of its first byte. */
export function segmentName(baseOffset: number): string {
  return String(baseOffset).padStart(20, '0');
}

/** @returns undefined when the name is none of a segment */
export function parseSegmentName(name: string): number | undefined {
  const offset = /^\d{20}$/.test(name) ? Number(name) : NaN;
  return Number.isSafeInteger(offset) ? offset : undefined;
}
