import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCore } from '../crash-process/compiled-core.js';

export const isLong = process.env.TEST_LONG === '1';
/** The long sets take hours. */
export const APART_TIMEOUT_MS = 6 * 3_600_000;

/** Figures of a run, for who keeps them. */
export function report(text: string): void {
  process.stderr.write(`${text}\n`);
}

type TaskTable = Record<string, (argument: never, progress: (line: string) => void) => Promise<unknown>>;

/**
 * Runs tasks in processes of their own: in the virtual machine of a test runner, where every global is looked up through a proxy and code is
 * instrumented by maps, a run of thousands of stores takes several times as long.
 */
export class Apart<T extends TaskTable> {
  private folder = '';

  /** @param module path of a module of this package, below `test/`, that exports `tasks` */
  constructor(private readonly module: string) {}

  async prepare(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'rocketmq-apart-'));
    await compileCore(this.folder, ['testing', 'test/crash', 'test/damage']);
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** @returns what the task returns; rejects with what it throws */
  async run<N extends keyof T & string>(name: N, argument: Parameters<T[N]>[0]): Promise<Awaited<ReturnType<T[N]>>> {
    const program = join(import.meta.dirname, 'crash-child.mjs');
    const args = [program, join(this.folder, this.module), name, JSON.stringify(argument)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let result = '';
    let lines = '';
    child.stdout.on('data', (chunk: Buffer) => (result += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      lines += chunk.toString();
      process.stderr.write(chunk);
    });
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${lines}`);
    } finally {
      child.kill('SIGKILL');
    }
    return JSON.parse(result) as Awaited<ReturnType<T[N]>>;
  }
}
