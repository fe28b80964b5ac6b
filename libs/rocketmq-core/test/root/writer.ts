import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreConfig } from '../../src/store/index.js';
import { readNotes, type Note } from './notes.js';
import type { Cut, PowerSwitch } from './power-switch.js';

export interface Writing {
  /** Of the compiled sources. */
  readonly compiled: string;
  /** On the disk. */
  readonly folder: string;
  /** Outside of the disk, made anew. */
  readonly notes: string;
  /** Tells this process from those before it on the same disk. */
  readonly life: number;
  readonly plan: string;
  readonly store: Partial<StoreConfig>;
  /** How many appends are under way at any time; 0 leaves the store closed. */
  readonly laneCount: number;
  /** A configuration file that is saved beside. */
  readonly saves?: { readonly count: number; readonly pauseMs: number };
  /** What the disk only claims to do. */
  readonly flaw: 'none' | 'no datasync' | 'no folder sync';
}

/** What a writer knew when the power went. */
export interface LastNotes {
  /** Before the cut: these are promises. */
  readonly kept: readonly Note[];
  /** After it, when nobody could hear it any more. */
  readonly late: readonly Note[];
}

/** Writes until the power is cut, and a moment longer. */
export async function writeUntilCut(
  writing: Writing,
  power: PowerSwitch,
  how: Omit<Cut, 'path' | 'watched'> & { path: string },
): Promise<LastNotes> {
  writeFileSync(writing.notes, '');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer-child.mjs'), JSON.stringify(writing)], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const closed = once(child, 'close');
  const giveUp = new AbortController();
  // Of a writer that ends before its disk does, no further note comes.
  child.once('exit', () => statSync(writing.notes).size < how.size && giveUp.abort());
  try {
    const mark = await power.cut({ ...how, watched: writing.notes }, giveUp.signal);
    await end(child, closed);
    const all = readNotes(writing.notes, Infinity);
    const kept = readNotes(writing.notes, mark);
    return { kept, late: all.slice(kept.length) };
  } catch (error) {
    await end(child, closed);
    throw new Error(`life ${writing.life} ended before the power was cut: ${complaint || String(error)}`, { cause: error });
  }
}

async function end(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL');
  await closed;
}
