import type { Command, HeaderOf } from '../protocol/index.js';

/** What a handler answers. */
export interface Reply<C extends Command = Command> {
  /** Response code; 0 is success. */
  readonly code: number;
  readonly remark?: string;
  readonly header?: HeaderOf<C['response']>;
  /** Ext fields that are not part of the command's row. */
  readonly ext?: ReadonlyMap<string, string>;
  /** Several buffers leave as they are, without being joined. */
  readonly body?: Buffer | readonly Buffer[];
  /** Called when the body has been sent, or never will be, and its memory may be used again; never, when the connection ends with it. */
  readonly release?: () => void;
}
