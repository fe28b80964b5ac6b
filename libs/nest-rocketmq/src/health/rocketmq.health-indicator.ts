import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { RocketMQListenerRegistry } from '../discovery/listener.registry.js';

export interface RocketMQHealthOptions {
  /** Messages that may wait for a group before the connection counts as degraded. Default: any number. */
  readonly lagMax?: number;
  /** For the questions to the cluster, ms. Default 1000. */
  readonly timeoutMs?: number;
}

/** As the results of `@nestjs/terminus`, 11 and 12. Version 11 takes `degraded` for up. */
export type RocketMQHealth<Key extends string = string> = Record<
  Key,
  { readonly status: 'up' | 'degraded' | 'down' } & Readonly<Record<string, unknown>>
>;

const TIMEOUT_MS = 1000;

/**
 * For `HealthCheckService.check([() => rocketmq.check()])` of terminus: up; degraded when a group is too far behind; down when the connection did not
 * start, is draining, or its name servers do not answer.
 */
export class RocketMQHealthIndicator {
  constructor(
    private readonly connection: RocketMQConnection,
    private readonly registry: RocketMQListenerRegistry,
    private readonly options: RocketMQHealthOptions = {},
  ) {}

  /** Never rejects. */
  async check<Key extends string = 'rocketmq'>(key: Key = 'rocketmq' as Key): Promise<RocketMQHealth<Key>> {
    return { [key]: await this.found() } as RocketMQHealth<Key>;
  }

  private async found(): Promise<RocketMQHealth[string]> {
    const { state, error, hasStarted } = this.connection.status;
    if (!hasStarted || state === 'disconnected') return { status: 'down', state, ...(error && { error: error.message }) };
    try {
      return await this.inTime(this.asked());
    } catch (failure) {
      return { status: 'down', state, error: failure instanceof Error ? failure.message : JSON.stringify(failure) };
    }
  }

  private async asked(): Promise<RocketMQHealth[string]> {
    const { lagMax } = this.options;
    await this.connection.probe();
    const { state } = this.connection.status;
    const partly = state === 'reconnecting' ? { state } : undefined;
    if (lagMax === undefined) return { status: partly ? 'degraded' : 'up', ...partly };
    const groups = [...new Set(this.registry.list().flatMap(({ group, state }) => (state === 'excluded' ? [] : [group])))];
    const lags = await Promise.all(groups.map(async (group) => [group, await this.registry.lag(group)] as const));
    const behind = lags.filter(([, lag]) => lag > lagMax);
    return { status: partly || behind.length > 0 ? 'degraded' : 'up', ...partly, lag: Object.fromEntries(lags) };
  }

  private async inTime<T>(answer: Promise<T>): Promise<T> {
    const { timeoutMs = TIMEOUT_MS } = this.options;
    let tooLate = (): void => undefined;
    const deadline = new Promise<never>((_, reject) => (tooLate = () => reject(new Error(`no answer within ${timeoutMs} ms`))));
    const timer = this.connection.clock.after(timeoutMs, tooLate);
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, deadline]);
    } finally {
      timer.cancel();
    }
  }
}
