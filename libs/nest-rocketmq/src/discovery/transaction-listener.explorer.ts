import type { DiscoveryService, Reflector } from '@nestjs/core';
import { TRANSACTION_METADATA } from '../decorators/transaction-listener.decorator.js';
import { ListenerConfigurationError } from '../errors/listener-configuration.error.js';
import { settled, type SettingSource } from '../listener/setting.js';
import { DEFAULT_CONNECTION } from '../rocketmq.tokens.js';
import { isTopicRef } from '../topics/topic-ref.js';
import type {
  NamedTransactionListener,
  RocketMQTransactionListener,
  TransactionListenerOptions,
} from '../transaction/transaction-listener.js';

interface ExplorerParts {
  readonly discovery: DiscoveryService;
  readonly reflector: Reflector;
  readonly source: SettingSource;
}

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds transaction listeners; starts nothing. */
export class TransactionListenerExplorer {
  constructor(private readonly parts: ExplorerParts) {}

  /** @throws ListenerConfigurationError for a class that cannot be one */
  listenersOf(connection: string): NamedTransactionListener[] {
    return this.parts.discovery.getProviders().flatMap((wrapper) => {
      const options = this.optionsOf(wrapper);
      if (options === undefined || (this.text(options.connection) ?? DEFAULT_CONNECTION) !== connection) return [];
      return [this.named(wrapper, options)];
    });
  }

  private optionsOf({ metatype, inject }: Wrapper): TransactionListenerOptions | undefined {
    if (typeof metatype !== 'function' || inject) return undefined;
    return this.parts.reflector.get<TransactionListenerOptions | undefined>(TRANSACTION_METADATA, metatype);
  }

  private named(wrapper: Wrapper, options: TransactionListenerOptions): NamedTransactionListener {
    const className = String(wrapper.name);
    if (!wrapper.isDependencyTreeStatic())
      throw new ListenerConfigurationError(
        `${className} is a transaction listener, but request-scoped: a check of the broker is no request`,
      );
    const instance = wrapper.instance as RocketMQTransactionListener;
    const topic = isTopicRef(options.topic) ? options.topic : undefined;
    return {
      name: options.name ?? className,
      className,
      topic: isTopicRef(options.topic) ? options.topic.topic : this.text(options.topic),
      tag: this.text(options.tag) ?? topic?.tag,
      codec: options.codec ?? topic?.codec,
      instance,
    };
  }

  private text(setting: TransactionListenerOptions['tag']): string | undefined {
    return settled(setting, this.parts.source);
  }
}
