/** An IP address (4 or 16 bytes) and a port. */
export interface HostAddress {
  readonly ip: Buffer;
  readonly port: number;
}

/** What an application sends. */
export interface Message {
  readonly topic: string;
  readonly body: Buffer;
  /** User flag, int32. */
  readonly flag?: number;
  readonly properties: ReadonlyMap<string, string>;
}

/** A stored message with its coordinates. As Java: MessageExt. */
export interface MessageExt {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
  /** Size of the record in bytes. */
  readonly storeSize: number;
  readonly flag: number;
  readonly sysFlag: number;
  readonly bornTimestamp: number;
  readonly bornHost: HostAddress;
  readonly storeTimestamp: number;
  readonly storeHost: HostAddress;
  readonly bodyCrc: number;
  readonly reconsumeTimes: number;
  readonly preparedTransactionOffset: number;
  /** As stored: still compressed when the sysFlag says so. */
  readonly body: Buffer;
  /** Bytes of the body as stored. */
  readonly bodySize: number;
  readonly properties: ReadonlyMap<string, string>;
}

export interface MessageQueue {
  readonly topic: string;
  readonly brokerName: string;
  readonly queueId: number;
}
