/** Who speaks for an application: our client, or the Java client 5.5.0. */
export type PartyKind = 'ours' | 'java';

/** `unknown`: not decided, the broker asks again. */
export type Outcome = 'commit' | 'rollback' | 'unknown';

/** Messages sent one after the other, numbered from `first`; key and body are `prefix-number`. Lists are dealt out in turns. */
export interface SendPlan {
  readonly topic: string;
  readonly prefix: string;
  /** Default 1. */
  readonly count?: number;
  /** Default 0. */
  readonly first?: number;
  readonly tags?: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
  /** Messages of one key go to one queue. */
  readonly shardingKeys?: readonly string[];
  readonly queueId?: number;
  readonly delayLevel?: number;
  /** At most one of the four that delay. */
  readonly delaySec?: number;
  readonly delayMs?: number;
  /** Milliseconds since the epoch. */
  readonly deliverAtMs?: number;
  /** `sync` when absent. `batch`: all in one request. */
  readonly mode?: 'sync' | 'async' | 'oneway' | 'batch';
}

/** What became of a send; a oneway send has none, a batch has one for each message. */
export interface Sent {
  readonly key: string;
  readonly status: string;
  readonly messageId: string;
  readonly queueId: number;
  readonly queueOffset: number;
  /** Of a timer message, where the broker can recall it. */
  readonly recallHandle?: string | undefined;
  readonly transactionId?: string | undefined;
}

export interface ConsumePlan {
  readonly group: string;
  readonly topic: string;
  /** Default `*`. */
  readonly expression?: string;
  /** What the expression is; default TAG. */
  readonly filter?: 'TAG' | 'SQL92';
  readonly isOrderly?: boolean;
  readonly isBroadcasting?: boolean;
  /** Where a group without offsets starts; default `first`. A number is a time in milliseconds since the epoch (the Java client knows whole seconds). */
  readonly from?: 'first' | 'last' | number;
  /** How many deliveries of each message are refused; default 0. */
  readonly failTimes?: number;
  /** With a refusal: as the listener's context says it; default 0, the broker decides. */
  readonly delayLevel?: number;
  /** Orderly: pause before a refused message comes again. */
  readonly suspendMs?: number;
  readonly maxReconsumeTimes?: number;
  /** Calls of the listener at once. */
  readonly concurrency?: number;
  /** Messages in one call of the listener. */
  readonly batchSize?: number;
  /** The listener takes this long. */
  readonly holdMs?: number;
  /** Part of the client id; broadcast offsets are kept under it. One of its own when absent. */
  readonly instanceName?: string;
  /** Answers each message as a request: `re: ` and its body. */
  readonly replies?: boolean;
}

/** A message as the listener saw it. */
export interface Seen {
  readonly key: string;
  /** The topic it was sent to. */
  readonly topic: string;
  readonly body: string;
  readonly tags: string | undefined;
  readonly messageId: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly reconsumeTimes: number;
  readonly bornTimestamp: number;
  readonly storeTimestamp: number;
  /** When the listener was called, milliseconds since the epoch. */
  readonly seenAtMs: number;
  readonly properties: Readonly<Record<string, string>>;
}

export interface Consuming {
  /** In the order of the deliveries, refused ones too. */
  readonly seen: readonly Seen[];
  /** Waits until the condition holds. @throws Error after the time, with what was seen. */
  until(what: string, holds: (seen: readonly Seen[]) => boolean, timeoutMs?: number): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export interface TransactPlan {
  readonly group: string;
  readonly topic: string;
  readonly prefix: string;
  readonly count: number;
  readonly tags?: readonly string[];
  /** What the local transactions say, dealt out in turns. */
  readonly outcomes: readonly Outcome[];
  /** Answers to the first, second, … check of a message; the last one goes on. Default `commit`. */
  readonly checks?: readonly Outcome[];
}

/** A transaction producer that goes on answering checks. */
export interface Transacting {
  readonly sent: readonly Sent[];
  /** Keys in the order in which the broker asked. */
  readonly checked: readonly string[];
  until(what: string, holds: (checked: readonly string[]) => boolean, timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface LitePullPlan {
  readonly group: string;
  readonly topic: string;
  readonly expression?: string;
  /** These queues instead of a share among the members of the group. */
  readonly assign?: readonly number[];
  readonly from?: 'first' | 'last';
  /** Default true. */
  readonly autoCommit?: boolean;
}

export interface LitePulling {
  /** What was there; at most one pull's messages. */
  poll(timeoutMs?: number): Promise<readonly Seen[]>;
  /** Polls until so many came. */
  pollAll(count: number): Promise<readonly Seen[]>;
  seek(queueId: number, to: number | 'begin' | 'end'): Promise<void>;
  pause(queueIds: readonly number[]): Promise<void>;
  resume(queueIds: readonly number[]): Promise<void>;
  commit(): Promise<void>;
  /** Below 0: none. */
  committed(queueId: number): Promise<number>;
  queues(): Promise<readonly number[]>;
  offsetForTimestamp(queueId: number, timestamp: number): Promise<number>;
  stop(): Promise<void>;
}

/** What both clients can be told to do. All that a party started ends with the scenario. */
export interface Party {
  readonly kind: PartyKind;
  /** @throws Error when one was not acknowledged */
  send(plan: SendPlan): Promise<readonly Sent[]>;
  consume(plan: ConsumePlan): Promise<Consuming>;
  transact(plan: TransactPlan): Promise<Transacting>;
  litePull(plan: LitePullPlan): Promise<LitePulling>;
  /** Waits for the reply. @throws Error when none comes in time */
  request(topic: string, prefix: string, timeoutMs?: number): Promise<Seen>;
  /** @returns the id of the message that will not come */
  recall(topic: string, recallHandle: string): Promise<string>;
}
