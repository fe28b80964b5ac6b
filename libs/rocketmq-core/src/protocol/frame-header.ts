/** What a frame says beside its body. */
export interface FrameHeader {
  /** Request code or response code. */
  readonly code: number;
  /** Name of a LanguageCode; undefined when the peer's is unknown. */
  readonly language: string | undefined;
  /** MQVersion ordinal of the sender. */
  readonly version: number;
  /** int32, chosen by the requester and echoed in the response. */
  readonly opaque: number;
  /** The bits of FrameFlag. */
  readonly flag: number;
  readonly remark: string | undefined;
  readonly ext: ReadonlyMap<string, string> | undefined;
}
