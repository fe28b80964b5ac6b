/** Told after a record has become readable through its consume queue. As Java: MessageArrivingListener. */
export interface ArrivalListener {
  arrived(message: {
    readonly topic: string;
    readonly queueId: number;
    readonly queueOffset: number;
    readonly tagsCode: number;
    /** The property text as stored. */
    readonly properties: string;
  }): void;
}

/** Holds an append until replicas have it. The default says yes at once. */
export interface ReplicationGate {
  /** Resolves when the log up to `physicalOffsetEnd` is replicated as the role demands. */
  replicated(physicalOffsetEnd: number): Promise<'ok' | 'flush-slave-timeout' | 'slave-not-available'>;
}
