/** A message as an Apache client showed it to its listener. */
export interface JavaMessage {
  readonly consumer: string;
  /** When the listener was called, milliseconds since the epoch. */
  readonly seenAtMs: number;
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
  readonly transactionId?: string;
  /** Of a timer message, where client and broker know recall. */
  readonly recallHandle?: string;
}

export function textField(fields: URLSearchParams, name: string): string {
  return fields.get(name) ?? '';
}

function number(fields: URLSearchParams, name: string): number {
  return Number(fields.get(name) ?? NaN);
}

export function javaSendResult(fields: URLSearchParams): JavaSendResult {
  return {
    keys: textField(fields, 'keys'),
    status: textField(fields, 'status'),
    msgId: textField(fields, 'msgId'),
    offsetMsgId: textField(fields, 'offsetMsgId'),
    brokerName: textField(fields, 'brokerName'),
    queueId: number(fields, 'queueId'),
    queueOffset: number(fields, 'queueOffset'),
    ...optional(fields, 'transactionId'),
    ...optional(fields, 'recallHandle'),
  };
}

export function javaMessage(fields: URLSearchParams): JavaMessage {
  const properties = [...fields].flatMap(([key, value]) => (key.startsWith('property.') ? [[key.slice('property.'.length), value]] : []));
  return {
    consumer: textField(fields, 'consumer'),
    seenAtMs: number(fields, 'seenAtMs'),
    topic: textField(fields, 'topic'),
    brokerName: textField(fields, 'brokerName'),
    queueId: number(fields, 'queueId'),
    queueOffset: number(fields, 'queueOffset'),
    msgId: textField(fields, 'msgId'),
    ...optional(fields, 'tags'),
    ...optional(fields, 'keys'),
    ...optional(fields, 'body'),
    bodyLength: number(fields, 'bodyLength'),
    bodyMd5: textField(fields, 'bodyMd5'),
    reconsumeTimes: number(fields, 'reconsumeTimes'),
    sysFlag: number(fields, 'sysFlag'),
    bornTimestamp: number(fields, 'bornTimestamp'),
    storeTimestamp: number(fields, 'storeTimestamp'),
    commitLogOffset: number(fields, 'commitLogOffset'),
    properties: Object.fromEntries(properties) as Record<string, string>,
  };
}

function optional<N extends string>(fields: URLSearchParams, name: N): { readonly [key in N]?: string } {
  const value = fields.get(name);
  return value === null ? {} : ({ [name]: value } as { readonly [key in N]: string });
}
