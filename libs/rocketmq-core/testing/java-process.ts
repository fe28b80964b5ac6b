import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface JavaProcessOptions {
  /** Shown in error messages. */
  readonly title: string;
  readonly mainClass: string;
  /** Joined with the separator of the platform. */
  readonly classPath: readonly string[];
  readonly args?: readonly string[];
  /** Options of the virtual machine, after the defaults. */
  readonly jvm?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it writes what it writes into the home of the user. */
  readonly homeFolder: string;
}

export interface JavaExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const tailMax = 200;

// Small and quick to start. Netty and the mapped files of 4.9 reach into the JDK (9 and later close these packages).
const jvmDefaults = [
  ...['-Xms64m', '-Xmx512m', '-XX:MaxDirectMemorySize=512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
  ...[
    '--add-opens=java.base/java.nio=ALL-UNNAMED',
    '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
    '--add-opens=java.base/java.lang=ALL-UNNAMED',
  ],
  ...['--add-opens=java.base/java.util=ALL-UNNAMED', '--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED', '-Dfile.encoding=UTF-8'],
];

/** One Java process: its lines as events, its end as a promise. */
export class JavaProcess {
  private static readonly running = new Set<JavaProcess>();
  readonly exited: Promise<JavaExit>;
  private readonly child: ChildProcess;
  private readonly tail: string[] = [];
  private readonly listeners = new Set<(line: string) => void>();
  private exit: JavaExit | undefined;

  constructor(private readonly options: JavaProcessOptions) {
    const separator = process.platform === 'win32' ? ';' : ':';
    const jvm = [...jvmDefaults, `-Duser.home=${options.homeFolder}`, ...(options.jvm ?? [])];
    const args = [...jvm, '-cp', options.classPath.join(separator), options.mainClass, ...(options.args ?? [])];
    this.child = spawn('java', args, { env: { ...process.env, ...options.env }, cwd: options.homeFolder, stdio: 'pipe' });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.take(line));
    }
    this.child.stdin?.on('error', () => undefined);
    JavaProcess.running.add(this);
    this.exited = new Promise((resolve) => {
      const end = (exit: JavaExit): void => {
        JavaProcess.running.delete(this);
        resolve((this.exit = exit));
      };
      this.child.on('error', (error) => {
        this.take(`cannot start java: ${error.message}`);
        end({ code: null, signal: null });
      });
      this.child.on('close', (code, signal) => end({ code, signal }));
    });
  }

  /** Ends what nobody has ended, as after a suite that failed while it started. @returns the titles */
  static async killAll(): Promise<readonly string[]> {
    const left = [...JavaProcess.running];
    await Promise.all(left.map((java) => java.kill()));
    return left.map(({ options }) => options.title);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.options.title} did not start`);
    return this.child.pid;
  }

  /** The last lines of both outputs. */
  get output(): string {
    return this.tail.join('\n');
  }

  /** Answers how to stop listening. */
  onLine(listener: (line: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  write(line: string): void {
    this.child.stdin?.write(line + '\n');
  }

  /** Settles with the first line that matches; fails when the process ends or the time is over before it. */
  line(pattern: RegExp, timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.listeners.delete(listener);
        settle();
      };
      const fail = (why: string): void =>
        finish(() => reject(new Error(`${this.options.title} ${why} before ${String(pattern)}:\n${this.output}`)));
      const listener = (line: string): void => {
        if (pattern.test(line)) finish(() => resolve(line));
      };
      const timer = setTimeout(() => fail(`took more than ${timeoutMs} ms`), timeoutMs);
      const seen = this.tail.find((line) => pattern.test(line));
      if (seen !== undefined) finish(() => resolve(seen));
      else this.listeners.add(listener);
      void this.exited.then(({ code, signal }) => fail(`ended (${signal ?? code ?? 'not started'})`));
    });
  }

  /** Asks it to end, and waits; after the time it is killed, which fails. */
  async stop(timeoutMs = 120_000): Promise<void> {
    if (this.exit !== undefined) return;
    const timer = setTimeout(() => this.child.kill('SIGKILL'), timeoutMs);
    this.child.kill('SIGTERM');
    const { signal } = await this.exited;
    clearTimeout(timer);
    if (signal === 'SIGKILL') throw new Error(`${this.options.title} did not end within ${timeoutMs} ms:\n${this.output}`);
  }

  /** As a crash: no chance to write anything. */
  async kill(): Promise<void> {
    if (this.exit === undefined) this.child.kill('SIGKILL');
    await this.exited;
  }

  private take(line: string): void {
    if (this.tail.push(line) > tailMax) this.tail.shift();
    for (const listener of [...this.listeners]) listener(line);
  }
}
