// Recall handle: base64url of `v1 topic brokerName time messageId`, with padding.

/** Names a message that waits in the timer of a broker. As Java: RecallMessageHandle.HandleV1. */
export interface RecallHandle {
  readonly topic: string;
  readonly brokerName: string;
  /** Milliseconds since the epoch as decimal text; the broker judges it. */
  readonly time: string;
  /** UNIQ_KEY. */
  readonly messageId: string;
}

const VERSION = 'v1';
/** Topic, broker and key have at most 127, 127 and 255 bytes; anything longer is no handle. */
const TEXT_LENGTH_MAX = 2048;

export function encodeRecallHandle({ topic, brokerName, time, messageId }: RecallHandle): string {
  const text = Buffer.from([VERSION, topic, brokerName, time, messageId].join(' ')).toString('base64url');
  // Java's decoder takes both forms, but a handle is compared as text too.
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}

/** @returns undefined for a text that is no handle */
export function decodeRecallHandle(text: string): RecallHandle | undefined {
  if (text.length > TEXT_LENGTH_MAX || !/^[A-Za-z0-9_-]+={0,2}$/.test(text)) return undefined;
  const [version, topic, brokerName, time, messageId] = Buffer.from(text, 'base64url').toString().split(' ');
  if (version !== VERSION || topic === undefined || brokerName === undefined || time === undefined || messageId === undefined)
    return undefined;
  return { topic, brokerName, time, messageId };
}
