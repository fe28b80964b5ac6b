import { BehaviorSubject, distinctUntilChanged, type Observable } from 'rxjs';
import { asError } from '../errors/delivery.errors.js';

/**
 * `created` before the start; `connecting` until every consumer has started, again and again where the start is repeated; `connected`; `draining` and
 * `stopped` at the end; `crashed` when the start was given up.
 */
export type ConnectionState = 'created' | 'connecting' | 'connected' | 'draining' | 'stopped' | 'crashed';

/** How a connection is. */
export class ConnectionStatus {
  private readonly states = new BehaviorSubject<ConnectionState>('created');
  private lastError: Error | undefined;

  get state(): ConnectionState {
    return this.states.value;
  }

  /** Why it is not connected, as far as that is known. */
  get error(): Error | undefined {
    return this.lastError;
  }

  get changes(): Observable<ConnectionState> {
    return this.states.pipe(distinctUntilChanged());
  }

  become(state: ConnectionState, error?: unknown): void {
    this.lastError = error === undefined ? undefined : asError(error);
    this.states.next(state);
  }

  /** An attempt failed, and there will be another. */
  trouble(error: unknown): void {
    this.lastError = asError(error);
  }
}
