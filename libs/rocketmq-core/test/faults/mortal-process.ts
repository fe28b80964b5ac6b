import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where a process dies, and when it gets there for the `count`-th time. */
export interface DeadlyPoint {
  readonly point: string;
  readonly count: number;
}

/** A program of this folder in a process of its own, which kills itself at a named point or is killed. */
export class MortalProcess {
  /** Resolves with the signal that ended it. */
  readonly died: Promise<string>;
  private readonly child: ChildProcess;
  private readonly firstLine: Promise<string>;
  private errors = '';

  constructor(program: string, argument: unknown, onLine: (line: string) => void = () => undefined) {
    const path = join(import.meta.dirname, program);
    this.child = spawn(process.execPath, [path, JSON.stringify(argument)], { stdio: ['pipe', 'pipe', 'pipe'] });
    // `close`, not `exit`: by then everything that it wrote has been read.
    this.died = once(this.child, 'close').then(([code, signal]) => String(signal ?? code));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.firstLine = new Promise((resolve) => {
      if (this.child.stdout === null) return;
      createInterface({ input: this.child.stdout }).on('line', (line) => (line.startsWith('ready') ? resolve(line) : onLine(line)));
    });
  }

  /** Resolves with what it said when it was ready, or with undefined when it died before. */
  ready(): Promise<string | undefined> {
    return Promise.race([this.firstLine, this.died.then(() => undefined)]);
  }

  /** What it wrote as errors. */
  get complaints(): string {
    return this.errors;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.died;
  }
}
