import { eventually } from './eventually.js';
import { apacheClassPath, compiledClasses } from './java-artifacts.js';
import { type JavaMessage, type JavaSendResult, javaMessage, javaSendResult, textField } from './java-driver-lines.js';
import { JavaHome } from './java-cluster.js';
import { JavaProcess } from './java-process.js';

export interface JavaSend {
  readonly name: string;
  readonly topic: string;
  /** `selector` needs `queueId`, `sharding` needs `shardingKeys`, `transaction` a producer with outcomes. */
  readonly mode?: 'sync' | 'async' | 'oneway' | 'batch' | 'selector' | 'sharding' | 'transaction';
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
  readonly delaySec?: number;
  readonly delayMs?: number;
  readonly deliverAtMs?: number;
  /** Separated by commas; dealt out in turns. */
  readonly shardingKeys?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export interface JavaSent {
  readonly results: JavaSendResult[];
  /** Keys and reason of those that were not acknowledged. */
  readonly failures: { readonly keys: string; readonly message: string }[];
}

export interface JavaConsumer {
  readonly name: string;
  readonly group: string;
  /** Several with commas. */
  readonly topic: string;
  readonly expression?: string;
  readonly filter?: 'TAG' | 'SQL92';
  readonly from?: 'first' | 'last' | 'timestamp';
  /** Milliseconds since the epoch; the client knows whole seconds. */
  readonly timestamp?: number;
  readonly model?: 'clustering' | 'broadcasting';
  readonly listener?: 'concurrent' | 'orderly';
  /** How many deliveries of each message are answered with "later". */
  readonly failTimes?: number;
  /** Said with each of these answers; 0: the broker decides. */
  readonly delayLevel?: number;
  /** Orderly: pause before a refused message comes again. */
  readonly suspendMs?: number;
  readonly maxReconsumeTimes?: number;
  /** Threads of the listener. */
  readonly concurrency?: number;
  readonly batchSize?: number;
  readonly pullBatch?: number;
  /** The listener takes this long. */
  readonly holdMs?: number;
  readonly instanceName?: string;
  readonly strategy?: 'AVG' | 'AVG_BY_CIRCLE' | 'CONSISTENT_HASH';
  /** Answers each message as a request, with this producer. */
  readonly replyProducer?: string;
  readonly vip?: boolean;
}

export interface JavaProducer {
  readonly name: string;
  readonly group?: string;
  readonly timeoutMs?: number;
  readonly retries?: number;
  readonly compressOver?: number;
  readonly vip?: boolean;
  /** Makes it transactional: outcomes (`commit`, `rollback`, `unknown`) of the local transactions, separated by commas and dealt out in turns. */
  readonly outcomes?: string;
  /** Answers to the first, second, … check of a message, separated by commas; the last one goes on. */
  readonly checks?: string;
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

/** Producers and consumers of one Apache client version in one Java process. */
export class JavaDriver {
  private readonly messages = new Map<string, JavaMessage[]>();
  private readonly messageListeners = new Map<string, (message: JavaMessage) => void>();
  private readonly checkListeners = new Map<string, (key: string) => void>();
  private readonly sends = new Map<string, JavaSent>();
  private readonly waiting = new Map<string, { resolve: (fields: URLSearchParams) => void; reject: (error: Error) => void }>();
  private readonly watchers = new Set<() => void>();
  private nextId = 1;

  private constructor(private readonly java: JavaProcess) {}

  /** @param properties options of the virtual machine */
  static async start(version: string, nameServers: string, properties: readonly string[] = []): Promise<JavaDriver> {
    const home = new JavaHome();
    const java = new JavaProcess({
      title: `Java driver ${version}`,
      mainClass: 'Driver',
      classPath: [home.conf, compiledClasses('driver', 'client', version), apacheClassPath('client', version)],
      args: [nameServers],
      jvm: properties,
      homeFolder: home.folder,
    });
    const driver = new JavaDriver(java);
    java.onLine((line) => driver.take(line));
    void java.exited.then(() => {
      home.remove();
      for (const { reject } of driver.waiting.values()) reject(new Error(`the Java driver ended:\n${java.output}`));
    });
    await java.line(/^ready/, 180_000);
    return driver;
  }

  /** The last lines that it printed. */
  get output(): string {
    return this.java.output;
  }

  async producer(options: JavaProducer): Promise<void> {
    await this.command('producer', { ...options });
  }

  /** Settles when all were answered. */
  async send({ properties, ...send }: JavaSend): Promise<JavaSent> {
    const fields = Object.fromEntries(Object.entries(properties ?? {}).map(([key, value]) => [`property.${key}`, value]));
    const sent: JavaSent = { results: [], failures: [] };
    const id = String(this.nextId);
    this.sends.set(id, sent);
    try {
      await this.command('send', { ...send, ...fields });
    } finally {
      this.sends.delete(id);
    }
    return sent;
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

  /** A new topic is known to the broker first; a consumer that starts before the name server knows it looks again only after half a minute. */
  async routed(topic: string): Promise<void> {
    await eventually(
      `queues of ${topic}`,
      () => this.queues(topic),
      (queues) => queues.length > 0,
    );
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

  /** As `pull`, asked again until the queues hold so many messages: a broker builds them from its log after it has answered the send. */
  pullAll(count: number, options: Parameters<JavaDriver['pull']>[0]): Promise<JavaMessage[]> {
    return eventually(
      `${count} messages in the queues of ${options.topic}`,
      () => this.pull(options),
      (messages) => messages.length >= count,
    );
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
    return this.messages.get(consumer) ?? [];
  }

  /** Calls for each message of the consumer from now on; answers how to stop that. */
  onMessage(consumer: string, listener: (message: JavaMessage) => void): () => void {
    this.messageListeners.set(consumer, listener);
    return () => this.messageListeners.delete(consumer);
  }

  /** Calls with the key of each message that a transaction producer is asked about; answers how to stop that. */
  onCheck(producer: string, listener: (key: string) => void): () => void {
    this.checkListeners.set(producer, listener);
    return () => this.checkListeners.delete(producer);
  }

  /** A command without a method of its own. @throws Error with what the driver says */
  tell(word: string, fields: Fields): Promise<URLSearchParams> {
    return this.command(word, fields);
  }

  /**
   * Waits until the condition holds; it is asked after each message.
   * @throws Error after the time.
   */
  until(what: string, holds: () => boolean, timeoutMs = 180_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.watchers.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.watchers.delete(check);
        const counts = [...this.messages].map(([consumer, messages]) => `${consumer}: ${messages.length}`).join(', ');
        reject(new Error(`not within ${timeoutMs} ms: ${what}; messages so far: ${counts}`));
      }, timeoutMs);
      // Of several that wait for one thing, only one is told.
      timer.unref();
      this.watchers.add(check);
      check();
    });
  }

  /** Shuts all producers and consumers down. */
  async stop(): Promise<void> {
    this.java.write('quit');
    const timer = setTimeout(() => void this.java.kill(), 90_000);
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
        this.sends.get(textField(fields, 'command'))?.results.push(javaSendResult(fields));
        break;
      case 'notSent':
        this.sends
          .get(textField(fields, 'command'))
          ?.failures.push({ keys: textField(fields, 'keys'), message: textField(fields, 'message') });
        break;
      case 'message':
        this.takeMessage(javaMessage(fields));
        break;
      case 'check':
        this.checkListeners.get(textField(fields, 'producer'))?.(textField(fields, 'keys'));
        break;
    }
    for (const watcher of [...this.watchers]) watcher();
  }

  private takeMessage(message: JavaMessage): void {
    const { consumer } = message;
    const messages = this.messages.get(consumer);
    if (messages === undefined) this.messages.set(consumer, [message]);
    else messages.push(message);
    this.messageListeners.get(consumer)?.(message);
  }

  private settle(
    fields: URLSearchParams,
    settle: (waiting: { resolve: (fields: URLSearchParams) => void; reject: (error: Error) => void }) => void,
  ): void {
    const id = textField(fields, 'id');
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting !== undefined) settle(waiting);
  }
}
