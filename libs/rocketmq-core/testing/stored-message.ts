import { decodeRecord, encodeRecord, printProperties, recordSize } from '../src/protocol/index.js';
import type { HostAddress, MessageExt } from '../src/protocol/index.js';

export interface StoredMessageOptions {
  readonly topic?: string;
  readonly queueId?: number;
  readonly queueOffset?: number;
  readonly physicalOffset?: number;
  readonly body?: string | Buffer;
  readonly sysFlag?: number;
  readonly reconsumeTimes?: number;
  readonly properties?: Readonly<Record<string, string>>;
}

const host = (lastByte: number, port: number): HostAddress => ({ ip: Buffer.from([10, 0, 0, lastByte]), port });

/** The bytes of a stored message, as a pull answers with them. */
export function storedRecord(options: StoredMessageOptions = {}): Buffer {
  const content = {
    topic: options.topic ?? 'T',
    queueId: options.queueId ?? 0,
    flag: 0,
    sysFlag: options.sysFlag ?? 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost: host(1, 50_000),
    storeHost: host(2, 10_911),
    reconsumeTimes: options.reconsumeTimes ?? 0,
    preparedTransactionOffset: 0,
    body: Buffer.from(options.body ?? 'body'),
    properties: printProperties(new Map(Object.entries(options.properties ?? {}))),
  };
  const { queueOffset = 0, physicalOffset = queueOffset * 1000 } = options;
  const record = Buffer.alloc(recordSize(content));
  encodeRecord(record, 0, content, { queueOffset, physicalOffset, storeTimestamp: 1_700_000_000_001 });
  return record;
}

/** A message as a consumer has it after a pull. */
export function storedMessage(options: StoredMessageOptions = {}): MessageExt {
  return decodeRecord(storedRecord(options));
}
