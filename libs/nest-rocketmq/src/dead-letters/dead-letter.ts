import type { DeadLetterPlace, ReceivedMessage } from 'rocketmq-core/client';

/** A message that a group gave up, as it lies in `%DLQ%<group>`. */
export interface RocketMQDeadLetter<T = unknown> {
  readonly group: string;
  /** For `from` of `peek`. */
  readonly place: DeadLetterPlace;
  /** The id that the producer gave it, the same in every delivery. */
  readonly messageId: string;
  /** The topic that it was sent to; undefined when the message does not say. */
  readonly topic: string | undefined;
  readonly tag: string | undefined;
  readonly keys: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Decoded by the codec of the listener of its topic, else of the connection; undefined when `undecodable` says why not. */
  readonly payload: T | undefined;
  readonly undecodable: Error | undefined;
  /** Deliveries that failed. */
  readonly failures: number;
  /** How its last delivery ended; undefined where the broker made the dead letter, after too many attempts, or a consumer that is not ours. */
  readonly reason: string | undefined;
  /** When it was sent, clock of the sender. */
  readonly bornAt: Date;
  /** When it was given up, clock of the broker. */
  readonly diedAt: Date;
  /** The dead letter that it was before it was redriven and died again. */
  readonly redrivenFrom: string | undefined;
  /** The message as a listener of the dead-letter topic gets it. */
  readonly message: ReceivedMessage;
}
