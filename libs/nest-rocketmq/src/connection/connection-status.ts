import type { Reachability } from 'rocketmq-core/client';
import { BehaviorSubject, distinctUntilChanged, type Observable } from 'rxjs';
import { asError } from '../errors/delivery.errors.js';

/** How far a connection has come. */
export type ConnectionPhase = 'created' | 'connecting' | 'connected' | 'draining' | 'stopped' | 'crashed';

/**
 * `created` before the start; `connecting` until every consumer has started, again and again where the start is repeated; `connected`; `draining` and
 * `stopped` at the end; `crashed` when the start was given up. While it is connected also, the worst first: `disconnected`, no broker answers;
 * `reconnecting`, a broker is lost and others answer; `rebalancing`, queues move between the members of a group.
 */
export type ConnectionState = ConnectionPhase | 'disconnected' | 'reconnecting' | 'rebalancing';

/** How a connection is. */
export class ConnectionStatus {
  private readonly states = new BehaviorSubject<ConnectionState>('created');
  private readonly moving = new Set<string>();
  private phase: ConnectionPhase = 'created';
  private reachability: Reachability = 'connected';
  private lastError: Error | undefined;

  get state(): ConnectionState {
    return this.states.value;
  }

  /** Whether the start is over and the end has not begun, however the cluster is. */
  get hasStarted(): boolean {
    return this.phase === 'connected';
  }

  /** Why it is not connected, as far as that is known. */
  get error(): Error | undefined {
    return this.lastError;
  }

  get changes(): Observable<ConnectionState> {
    return this.states.pipe(distinctUntilChanged());
  }

  become(phase: ConnectionPhase, error?: unknown): void {
    this.lastError = error === undefined ? undefined : asError(error);
    this.phase = phase;
    this.tell();
  }

  /** An attempt failed, and there will be another. */
  trouble(error: unknown): void {
    this.lastError = asError(error);
  }

  /** What the client below says of its brokers. */
  reaches(reachability: Reachability): void {
    this.reachability = reachability;
    this.tell();
  }

  /** Whether queues of the group move. */
  moves(group: string, moving: boolean): void {
    if (moving) this.moving.add(group);
    else this.moving.delete(group);
    this.tell();
  }

  private tell(): void {
    this.states.next(this.joined());
  }

  private joined(): ConnectionState {
    if (this.phase !== 'connected') return this.phase;
    if (this.reachability !== 'connected') return this.reachability;
    return this.moving.size > 0 ? 'rebalancing' : 'connected';
  }
}
