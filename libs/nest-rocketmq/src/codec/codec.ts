/** What a codec may know of the message that a payload is written into. */
export interface OutgoingAbout {
  readonly topic: string;
  readonly tag: string | undefined;
  readonly keys: readonly string[];
}

/** What a codec may know of the message whose body it reads. */
export interface IncomingAbout {
  readonly topic: string;
  readonly tags: string | undefined;
  readonly properties: ReadonlyMap<string, string>;
}

/** A body, alone or with the message properties that belong to it. */
export type Encoded = Buffer | { readonly body: Buffer; readonly properties: Readonly<Record<string, string>> };

/** Turns what an application hands over into a message body and back. Given for a connection, a typed topic, a listener or a single call. */
export interface Codec {
  /** What it throws reaches the caller of the send; nothing is sent. */
  encode(payload: unknown, about: OutgoingAbout): Encoded | Promise<Encoded>;
  /** May throw or reject: the message then counts as one that cannot be decoded, and the error names it. */
  decode(body: Buffer, message: IncomingAbout): unknown;
  /** For the replies to messages written by this codec. Default: itself. */
  readonly reply?: Codec;
}
