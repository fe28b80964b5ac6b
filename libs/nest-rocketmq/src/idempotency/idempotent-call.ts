import { ListenerConfigurationError } from '../errors/listener-configuration.error.js';
import type { DeclaredListener } from '../listener/listener-options.js';
import type { RocketMQContext } from '../listener/rocketmq.context.js';
import type { SettingSource } from '../listener/setting.js';
import { Ack, isOutcome, Retry, type Outcome } from '../outcome/outcome.js';
import type { IdempotencyStore } from './idempotency-store.js';
import { idempotentOptionsOf, type IdempotentOptions } from './idempotent.metadata.js';

const TTL_MS = 24 * 60 * 60_000;
const LEASE_MS = 5 * 60_000;

/** A handler said that the message is not handled: for the store this is a failure. */
class NotHandled extends Error {
  constructor(readonly outcome: Outcome) {
    super(`the handler returned ${outcome.kind}`);
  }
}

/** Stands around the calls of one idempotent listener. */
export class IdempotentCall {
  constructor(
    private readonly options: IdempotentOptions,
    private readonly store: IdempotencyStore,
  ) {}

  /** @throws what keeps the store from working */
  async prepare(): Promise<void> {
    await this.store.prepare?.();
  }

  /** @returns what the handler returned, or an outcome in its place */
  async run(payload: unknown, context: RocketMQContext, handler: () => Promise<unknown>): Promise<unknown> {
    const { key: keyOf, ttlMs = TTL_MS, leaseMs = LEASE_MS } = this.options;
    const key = keyOf === undefined ? context.getMessage().messageId : keyOf(payload as never, context);
    if (key === undefined) return handler();
    let returned: unknown;
    try {
      const result = await this.store.run({ group: context.getGroup(), key, ttlMs, leaseMs }, async () => {
        returned = await handler();
        const said = context.outcome ?? returned;
        if (isOutcome(said) && said.kind !== 'ack') throw new NotHandled(said);
      });
      if (result === 'ran') return returned;
      return result === 'done' ? Ack : Retry();
    } catch (error) {
      if (error instanceof NotHandled) return error.outcome;
      throw error;
    }
  }
}

const isStore = (store: IdempotentOptions['store']): store is IdempotencyStore => typeof store === 'object';

/**
 * What `@Idempotent` says of a listener.
 * @throws ListenerConfigurationError where it takes batches, or its store is no provider
 */
export function idempotentCallOf(declared: DeclaredListener, batch: boolean, source: SettingSource): IdempotentCall | undefined {
  const { method, name } = declared;
  const options = method && idempotentOptionsOf(method);
  if (options === undefined) return undefined;
  if (batch) throw new ListenerConfigurationError(`${name} is idempotent, which batches cannot be`);
  if (isStore(options.store)) return new IdempotentCall(options, options.store);
  try {
    return new IdempotentCall(options, source.get(options.store));
  } catch (error) {
    throw new ListenerConfigurationError(`the idempotency store of ${name} is no provider`, { cause: error });
  }
}
