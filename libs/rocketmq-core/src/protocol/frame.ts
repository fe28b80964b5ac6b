export type Serialization = 'JSON' | 'ROCKETMQ';

/** One remoting frame, decoded. As Java: RemotingCommand. */
export interface Frame {
  /** Request code or response code. */
  readonly code: number;
  /** Name of a LanguageCode; undefined when the peer's is unknown. */
  readonly language: string | undefined;
  /** MQVersion ordinal of the sender. */
  readonly version: number;
  /** int32, chosen by the requester and echoed in the response. */
  readonly opaque: number;
  /** Bit 0 response, bit 1 oneway. */
  readonly flag: number;
  readonly remark: string | undefined;
  readonly ext: ReadonlyMap<string, string> | undefined;
  /** A view of the received bytes: copy it before keeping it beyond the handling of the frame. */
  readonly body: Buffer | undefined;
  readonly serialization: Serialization;
}
