import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { apacheClassPath, repositoryRoot } from './java-artifacts.js';
import { JavaHome } from './java-cluster.js';
import { JavaProcess } from './java-process.js';

/** A message as an Apache client showed it to its listener. */
export interface JavaMessage {
  readonly consumer: string;
  readonly topic: string;
  readonly brokerName: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly msgId: string;
  readonly tags?: string;
  readonly keys?: string;
  /** Present up to 256 bytes. */
  readonly body?: string;
  readonly bodyLength: number;
  readonly bodyMd5: string;
  readonly reconsumeTimes: number;
  readonly sysFlag: number;
  readonly bornTimestamp: number;
  readonly storeTimestamp: number;
  readonly commitLogOffset: number;
  readonly properties: Readonly<Record<string, string>>;
}

/** What the Apache producer answered for one message (for a batch: for all of it). */
export interface JavaSendResult {
  readonly keys: string;
  readonly status: string;
  readonly msgId: string;
  readonly offsetMsgId: string;
  readonly brokerName: string;
  readonly queueId: number;
  readonly queueOffset: number;
}

export interface JavaSend {
  readonly name: string;
  readonly topic: string;
  readonly mode?: 'sync' | 'async' | 'oneway' | 'batch' | 'selector';
  readonly count?: number;
  /** Number of the first message. */
  readonly first?: number;
  /** Keys are `prefix-number`; so are the bodies, filled with blanks up to `size`. */
  readonly prefix: string;
  readonly size?: number;
  /** Separated by commas; dealt out in turns. */
  readonly tags?: string;
  readonly queueId?: number;
  readonly pauseMs?: number;
  readonly delayLevel?: number;
  readonly properties?: Readonly<Record<string, string>>;
}

export interface JavaSent {
  readonly results: readonly JavaSendResult[];
  /** Keys and reason of those that were not acknowledged. */
  readonly failures: readonly { readonly keys: string; readonly message: string }[];
}

export interface JavaConsumer {
  readonly name: string;
  readonly group: string;
  /** Several with commas. */
  readonly topic: string;
  readonly expression?: string;
  readonly from?: 'first' | 'last';
  readonly model?: 'clustering' | 'broadcasting';
  readonly listener?: 'concurrent' | 'orderly';
  /** How many deliveries of each message are answered with "later". */
  readonly failTimes?: number;
  readonly maxReconsumeTimes?: number;
  readonly vip?: boolean;
}

export interface JavaQueueOffsets {
  readonly brokerName: string;
  readonly queueId: number;
  readonly min: number;
  readonly max: number;
  readonly earliest: number;
  /** Offset at the time asked for; -1 when none was. */
  readonly atTime: number;
  /** -1 (or -2 by older clients) when the group has none. */
  readonly committed: number;
}

type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

const commandTimeoutMs = 120_000;

/** The driver's classes for a client version, compiled into the cache; the folder's name holds a digest of the sources. */
function compiledDriver(version: string): string {
  const root = repositoryRoot();
  const sources = join(root, 'libs/rocketmq-core/test/interop/java');
  const files = readdirSync(sources).map((name) => join(sources, name));
  const digest = createHash('sha1');
  for (const file of files) digest.update(readFileSync(file));
  const target = join(root, '.cache/apache', `driver-${version}-${digest.digest('hex').slice(0, 12)}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const compiled = spawnSync(
    'javac',
    ['-nowarn', '-Xlint:-deprecation', '-encoding', 'UTF-8', '-d', partial, '-cp', apacheClassPath('client', version), ...files],
    {
      encoding: 'utf8',
    },
  );
  if (compiled.status !== 0) throw new Error(`javac failed for client ${version}: ${compiled.error?.message ?? compiled.stderr}`);
  if (existsSync(target)) rmSync(partial, { recursive: true });
  else renameSync(partial, target);
  return target;
}

/** Producers and consumers of one Apache client version in one Java process. */
export class JavaDriver {
  readonly messages: JavaMessage[] = [];
  private readonly results: JavaSendResult[] = [];
  private readonly failures: { keys: string; message: string }[] = [];
  private readonly waiting = new Map<string, { resolve: (fields: URLSearchParams) => void; reject: (error: Error) => void }>();
  private readonly watchers = new Set<() => void>();
  private nextId = 1;

  private constructor(private readonly java: JavaProcess) {}

  static async start(version: string, nameServers: string): Promise<JavaDriver> {
    const home = new JavaHome();
    const java = new JavaProcess({
      title: `Java driver ${version}`,
      mainClass: 'Driver',
      classPath: [home.conf, compiledDriver(version), apacheClassPath('client', version)],
      args: [nameServers],
      homeFolder: home.folder,
    });
    const driver = new JavaDriver(java);
    java.onLine((line) => driver.take(line));
    void java.exited.then(() => {
      home.remove();
      for (const { reject } of driver.waiting.values()) reject(new Error(`the Java driver ended:\n${java.output}`));
    });
    await java.line(/^ready/, 30_000);
    return driver;
  }

  /** The last lines that it printed. */
  get output(): string {
    return this.java.output;
  }

  async producer(options: {
    name: string;
    group?: string;
    timeoutMs?: number;
    retries?: number;
    compressOver?: number;
    vip?: boolean;
  }): Promise<void> {
    await this.command('producer', { ...options });
  }

  /** Settles when all were answered. */
  async send({ properties, ...send }: JavaSend): Promise<JavaSent> {
    const fields = Object.fromEntries(Object.entries(properties ?? {}).map(([key, value]) => [`property.${key}`, value]));
    await this.command('send', { ...send, ...fields });
    const ours = ({ keys }: { keys: string }): boolean => keys.startsWith(`${send.prefix}-`);
    return { results: this.results.filter(ours), failures: this.failures.filter(ours) };
  }

  async consumer(options: JavaConsumer): Promise<void> {
    await this.command('consumer', { ...options });
  }

  async stopProducer(name: string): Promise<void> {
    await this.command('stopProducer', { name });
  }

  async stopConsumer(name: string): Promise<void> {
    await this.command('stopConsumer', { name });
  }

  /** `brokerName:queueId` of each queue. */
  async queues(topic: string): Promise<string[]> {
    const reply = await this.command('queues', { topic });
    return (reply.get('queues') ?? '').split(',').filter((row) => row !== '');
  }

  /** Reads each queue (or one) to its end. */
  async pull(options: {
    topic: string;
    queueId?: number;
    from?: number;
    count?: number;
    expression?: string;
    group?: string;
  }): Promise<JavaMessage[]> {
    const name = `pull-${this.nextId}`;
    await this.command('pull', { ...options, name });
    return this.received(name);
  }

  async offsets(topic: string, options: { group?: string; time?: number } = {}): Promise<JavaQueueOffsets[]> {
    const reply = await this.command('offsets', { topic, ...options });
    const rows = (reply.get('queues') ?? '').split(',').filter((row) => row !== '');
    return rows.map((row) => {
      const [brokerName = '', ...numbers] = row.split(':');
      const [queueId = NaN, min = NaN, max = NaN, earliest = NaN, atTime = NaN, committed = NaN] = numbers.map(Number);
      return { brokerName, queueId, min, max, earliest, atTime, committed };
    });
  }

  async commit(options: { group: string; topic: string; queueId: number; offset: number }): Promise<void> {
    await this.command('commit', options);
  }

  received(consumer: string): JavaMessage[] {
    return this.messages.filter((message) => message.consumer === consumer);
  }

  /**
   * Waits until the condition holds; it is asked after each message.
   * @throws Error after the time.
   */
  until(what: string, holds: () => boolean, timeoutMs = 60_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.watchers.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.watchers.delete(check);
        reject(new Error(`not within ${timeoutMs} ms: ${what} (${this.messages.length} messages so far)`));
      }, timeoutMs);
      this.watchers.add(check);
      check();
    });
  }

  /** Shuts all producers and consumers down. */
  async stop(): Promise<void> {
    this.java.write('quit');
    const timer = setTimeout(() => void this.java.kill(), 30_000);
    const { code } = await this.java.exited;
    clearTimeout(timer);
    if (code !== 0) throw new Error(`the Java driver did not end cleanly (${code ?? 'killed'}):\n${this.java.output}`);
  }

  private command(word: string, fields: Fields): Promise<URLSearchParams> {
    const id = String(this.nextId++);
    const present = Object.entries(fields).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, String(value)]],
    );
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error(`the Java driver did not answer ${word}:\n${this.java.output}`));
      }, commandTimeoutMs);
      const settled = <T>(settle: (value: T) => void): ((value: T) => void) => {
        return (value) => {
          clearTimeout(timer);
          settle(value);
        };
      };
      this.waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      this.java.write(`${word} ${new URLSearchParams([['id', id], ...present]).toString()}`);
    });
  }

  private take(line: string): void {
    const space = line.indexOf(' ');
    if (space < 0) return;
    const fields = new URLSearchParams(line.slice(space + 1));
    switch (line.slice(0, space)) {
      case 'reply':
        this.settle(fields, ({ resolve }) => resolve(fields));
        break;
      case 'error':
        this.settle(fields, ({ reject }) => reject(new Error(fields.get('message') ?? 'error')));
        break;
      case 'sent':
        this.results.push(sendResult(fields));
        break;
      case 'notSent':
        this.failures.push({ keys: text(fields, 'keys'), message: text(fields, 'message') });
        break;
      case 'message':
        this.messages.push(message(fields));
        break;
    }
    for (const watcher of [...this.watchers]) watcher();
  }

  private settle(
    fields: URLSearchParams,
    settle: (waiting: { resolve: (fields: URLSearchParams) => void; reject: (error: Error) => void }) => void,
  ): void {
    const id = text(fields, 'id');
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting !== undefined) settle(waiting);
  }
}

function text(fields: URLSearchParams, name: string): string {
  return fields.get(name) ?? '';
}

function number(fields: URLSearchParams, name: string): number {
  return Number(fields.get(name) ?? NaN);
}

function sendResult(fields: URLSearchParams): JavaSendResult {
  return {
    keys: text(fields, 'keys'),
    status: text(fields, 'status'),
    msgId: text(fields, 'msgId'),
    offsetMsgId: text(fields, 'offsetMsgId'),
    brokerName: text(fields, 'brokerName'),
    queueId: number(fields, 'queueId'),
    queueOffset: number(fields, 'queueOffset'),
  };
}

function message(fields: URLSearchParams): JavaMessage {
  const properties = [...fields].flatMap(([key, value]) => (key.startsWith('property.') ? [[key.slice('property.'.length), value]] : []));
  return {
    consumer: text(fields, 'consumer'),
    topic: text(fields, 'topic'),
    brokerName: text(fields, 'brokerName'),
    queueId: number(fields, 'queueId'),
    queueOffset: number(fields, 'queueOffset'),
    msgId: text(fields, 'msgId'),
    ...optional(fields, 'tags'),
    ...optional(fields, 'keys'),
    ...optional(fields, 'body'),
    bodyLength: number(fields, 'bodyLength'),
    bodyMd5: text(fields, 'bodyMd5'),
    reconsumeTimes: number(fields, 'reconsumeTimes'),
    sysFlag: number(fields, 'sysFlag'),
    bornTimestamp: number(fields, 'bornTimestamp'),
    storeTimestamp: number(fields, 'storeTimestamp'),
    commitLogOffset: number(fields, 'commitLogOffset'),
    properties: Object.fromEntries(properties) as Record<string, string>,
  };
}

function optional(fields: URLSearchParams, name: 'tags' | 'keys' | 'body'): { readonly [key in typeof name]?: string } {
  const value = fields.get(name);
  return value === null ? {} : { [name]: value };
}
