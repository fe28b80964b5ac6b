import type { Command } from '../protocol/index.js';
import type { Reply } from './reply.js';

// In the form of methods, so that a handler of one command is also one of "some command".
export interface ReplyListener<C extends Command> {
  settled(reply: Reply<C>): void;
  failed(error: unknown): void;
}

/**
 * A reply that is made later, for handlers on hot paths: one object, where a promise needs itself, the one of its reaction and a turn of the
 * microtask queue. It is settled once and has one listener, which is called at once when the reply is there already.
 */
export class LaterReply<C extends Command> implements PromiseLike<Reply<C>> {
  private outcome: { readonly reply: Reply<C> } | { readonly error: unknown } | undefined;
  private listener: ReplyListener<C> | undefined;

  settle(reply: Reply<C>): void {
    if (this.listener === undefined) this.outcome = { reply };
    else this.listener.settled(reply);
  }

  /** @param error becomes the response, as if the handler had thrown it */
  fail(error: unknown): void {
    if (this.listener === undefined) this.outcome = { error };
    else this.listener.failed(error);
  }

  whenSettled(listener: ReplyListener<C>): void {
    this.listener = listener;
    if (this.outcome === undefined) return;
    if ('reply' in this.outcome) listener.settled(this.outcome.reply);
    else listener.failed(this.outcome.error);
  }

  /** So that it can be awaited like a promise, by those who are on no hot path. */
  then<A = Reply<C>, B = never>(
    settled?: ((reply: Reply<C>) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return new Promise<Reply<C>>((resolve, reject) => this.whenSettled({ settled: resolve, failed: reject })).then(settled, failed);
  }
}
