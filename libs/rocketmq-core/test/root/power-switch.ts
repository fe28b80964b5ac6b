import { join } from 'node:path';
import { run } from './system.js';

export interface Cut {
  /** Where the ext4 is mounted. */
  readonly path: string;
  /** The file that is watched, outside of that disk. */
  readonly watched: string;
  /** The cut comes when the watched file has this many bytes, and `delayUs` later. */
  readonly size: number;
  readonly delayUs: number;
  /** `data`: what was written is lost, the journal is not. `all`: the journal's last transactions are lost too. */
  readonly loses: 'data' | 'all';
}

// As Linux: EXT4_GOING_FLAGS_LOGFLUSH and EXT4_GOING_FLAGS_NOLOGFLUSH.
const MODES = { data: 1, all: 2 } as const;

/**
 * Cuts the power of a disk. A process of its own takes the mark and cuts in the same moment: a sync that is under way during the cut may come
 * back with success although nothing was kept, so an answer after the mark counts for nothing.
 */
export class PowerSwitch {
  private constructor(private readonly program: string) {}

  /** Compiles it into `folder`. */
  static async build(folder: string): Promise<PowerSwitch> {
    const program = join(folder, 'power-switch');
    await run('gcc', ['-O2', '-o', program, join(import.meta.dirname, 'power-switch.c')]);
    return new PowerSwitch(program);
  }

  /** @returns the size of the watched file at the moment of the cut */
  async cut({ path, watched, size, delayUs, loses }: Cut, signal: AbortSignal): Promise<number> {
    return Number(await run(this.program, [path, watched, String(size), String(delayUs), String(MODES[loses])], signal));
  }
}
