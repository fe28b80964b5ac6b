import type {
  DeadLetter,
  DeadLetterCount,
  DeadLetterPlace,
  PeekOptions,
  RedriveFate,
  RedriveOptions,
  RedriveResult,
} from 'rocketmq-core/client';
import type { Codec } from '../codec/codec.js';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { ConsumerOrchestrator } from '../discovery/consumer.orchestrator.js';
import { asError } from '../errors/delivery.errors.js';
import type { RocketMQDeadLetter } from './dead-letter.js';

export interface DeadLetterListOptions {
  /** `own` (default): the groups of the listeners of this application, also of those that the role of the process leaves out. Or `all` of the cluster. */
  readonly groups?: 'own' | 'all' | readonly string[];
  readonly signal?: AbortSignal;
}

export interface DeadLetterPeekOptions extends PeekOptions {
  /** Default: that of the listener of the message's topic, else of the connection. */
  readonly codec?: Codec;
}

export interface DeadLetterRedriveOptions<T = unknown> extends Omit<RedriveOptions, 'select' | 'onEach'> {
  /** Only messages that it takes. */
  readonly select?: (letter: RocketMQDeadLetter<T>) => boolean | Promise<boolean>;
  /** Told of every message, after it; waited for. */
  readonly onEach?: (letter: RocketMQDeadLetter<T>, fate: RedriveFate) => void | Promise<void>;
  readonly codec?: Codec;
}

/** The dead letters of one connection: counts, a look at them, and the way back. Errors are those of `rocketmq-core/client`. */
export class RocketMQDeadLetters {
  constructor(
    private readonly connection: RocketMQConnection,
    private readonly orchestrator: ConsumerOrchestrator,
  ) {}

  /** One row for each group, also for those without dead letters. */
  async list({ groups = 'own', signal }: DeadLetterListOptions = {}): Promise<readonly DeadLetterCount[]> {
    const named = groups === 'own' ? this.ownGroups() : groups;
    const letters = (await this.connection.start()).deadLetters();
    return letters.list(named === 'all' ? undefined : named, signal === undefined ? {} : { signal });
  }

  /** A page of dead letters, the oldest of each broker first. They stay where they are. */
  async peek<T = unknown>(
    group: string,
    { codec, ...options }: DeadLetterPeekOptions = {},
  ): Promise<{ readonly letters: readonly RocketMQDeadLetter<T>[]; readonly next: DeadLetterPlace | undefined }> {
    const { letters, next } = await (await this.connection.start()).deadLetters().peek(group, options);
    return { letters: await Promise.all(letters.map((letter) => this.decoded<T>(letter, codec))), next };
  }

  /**
   * Sends dead letters again, to the group that failed or to their topic; see docs/nest/dead-letters.md.
   * @throws InvalidInput; OperationFailed `refused` while another redrive of the group runs, wherever
   */
  async redrive<T = unknown>(
    group: string,
    { codec, select, onEach, ...options }: DeadLetterRedriveOptions<T> = {},
  ): Promise<RedriveResult> {
    const letters = (await this.connection.start()).deadLetters();
    return letters.redrive(group, {
      ...options,
      ...(select && { select: async (letter: DeadLetter) => select(await this.decoded(letter, codec)) }),
      ...(onEach && { onEach: async (letter: DeadLetter, fate: RedriveFate) => onEach(await this.decoded(letter, codec), fate) }),
    });
  }

  private ownGroups(): readonly string[] {
    const { groups, excluded } = this.orchestrator;
    return [...groups.map(({ group }) => group), ...excluded.map(({ settings }) => settings.group)];
  }

  private async decoded<T>(letter: DeadLetter, codec: Codec | undefined): Promise<RocketMQDeadLetter<T>> {
    const { group, message, originTopic, place, reason, redrivenFrom } = letter;
    const { messageId, tags: tag, keys, properties, body, reconsumeTimes: failures, bornTimestamp, storeTimestamp } = message;
    return {
      ...{ group, place, messageId, tag, keys, properties, body, failures, reason, redrivenFrom, message },
      topic: originTopic,
      ...(await this.payloadOf<T>(letter, codec ?? this.codecOf(group, originTopic))),
      bornAt: new Date(bornTimestamp),
      diedAt: new Date(storeTimestamp),
    };
  }

  private async payloadOf<T>({ message }: DeadLetter, codec: Codec): Promise<Pick<RocketMQDeadLetter<T>, 'payload' | 'undecodable'>> {
    try {
      return { payload: (await codec.decode(message.body, message)) as T, undecodable: undefined };
    } catch (error) {
      return { payload: undefined, undecodable: asError(error) };
    }
  }

  private codecOf(group: string, topic: string | undefined): Codec {
    const { groups, excluded } = this.orchestrator;
    const endpoints = [...groups.flatMap((runner) => runner.endpoints), ...excluded];
    const listener = endpoints.find(({ settings }) => settings.group === group && topic !== undefined && settings.topics.includes(topic));
    return listener?.settings.codec ?? this.connection.codec;
  }
}
