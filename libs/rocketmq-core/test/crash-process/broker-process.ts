import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A broker in a process of its own, made to be killed. */
export class BrokerProcess {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private readonly lines: string[] = [];
  private errors = '';

  constructor(compiled: string, settings: Readonly<Record<string, unknown>>) {
    const program = join(import.meta.dirname, 'broker-child.mjs');
    this.child = spawn(process.execPath, [program, compiled, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.exited = once(this.child, 'exit');
    this.child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on('line', (line) => this.take(line));
  }

  /** Resolves when the modules are loaded and the store is about to be opened. */
  async starting(): Promise<void> {
    await this.line('starting');
  }

  /** Resolves with `ip:port`. */
  async ready(): Promise<string> {
    return (await this.line('ready ')).slice('ready '.length);
  }

  /** SIGKILL: it cannot do anything any more. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  async end(): Promise<void> {
    await this.exited;
  }

  private take(line: string): void {
    this.lines.push(line);
    this.child.emit('line');
  }

  private async line(start: string): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => line.startsWith(start));
      if (found !== undefined) return found;
      const ended = this.exited.then(() => Promise.reject(new Error(`the broker ended before it was "${start.trim()}": ${this.errors}`)));
      await Promise.race([once(this.child, 'line'), ended]);
    }
  }
}
