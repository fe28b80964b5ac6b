import { EventEmitter, once } from 'node:events';
import { Writable } from 'node:stream';
import type { ProcessDoor } from '../src/service/index.js';

export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** A process for a server program to run in: its signals are ours to send, its outputs to read. */
export class ScriptedProcess {
  readonly signals = new EventEmitter();
  /** What it has logged as JSON. */
  readonly lines: LogLine[] = [];
  stdout = '';
  stderr = '';
  private readonly outputs = new EventEmitter();

  door(argv: readonly string[], env: Readonly<Record<string, string>> = {}): ProcessDoor {
    const stdout = writable((text) => {
      this.stdout += text;
      if (text.startsWith('{')) this.lines.push(JSON.parse(text) as LogLine);
      this.outputs.emit('output');
    });
    const stderr = writable((text) => {
      this.stderr += text;
      this.outputs.emit('output');
    });
    return { argv, env, stdout, stderr, signals: this.signals };
  }

  /** Resolves with the first line logged with that message. */
  async line(message: string): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find(({ msg }) => msg === message);
      if (found !== undefined) return found;
      await once(this.outputs, 'output');
    }
  }

  /** Resolves when standard output has the text. */
  async printed(text: string): Promise<void> {
    while (!this.stdout.includes(text)) await once(this.outputs, 'output');
  }
}

function writable(take: (text: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write: (text: unknown, _encoding, done) => {
      take(String(text));
      done();
    },
  });
}
