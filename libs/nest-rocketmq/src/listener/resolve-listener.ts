import { dlqTopic } from 'rocketmq-core/client';
import { ListenerConfigurationError } from '../errors/listener-configuration.error.js';
import type { ConfiguredListeners } from './configured-listeners.js';
import type { DeclaredListener, ListenerConfiguration, ListenerSelector, ListenerSettings } from './listener-options.js';
import { settled, type Setting, type SettingSource } from './setting.js';

export interface ResolvingParts {
  readonly configured: Pick<ConfiguredListeners, 'get'>;
  readonly source: SettingSource;
}

type Plain = string | number | boolean | readonly string[];

const isGiven = ([, value]: [string, unknown]) => value !== undefined;

function joined(declared: DeclaredListener, { configured }: ResolvingParts): DeclaredListener {
  const { listener: key, name } = declared;
  if (key === undefined) return declared;
  const configuration = configured.get(key);
  if (configuration === undefined) {
    throw new ListenerConfigurationError(`${name} names the listener ${key}, which "listeners" of the module does not have`);
  }
  return { ...declared, ...(Object.fromEntries(Object.entries(configuration).filter(isGiven)) as ListenerConfiguration) };
}

/**
 * Makes values of everything that a listener says.
 * @throws ListenerConfigurationError, which names the method
 */
export function resolveListener(declaredListener: DeclaredListener, parts: ResolvingParts): ListenerSettings {
  const declared = joined(declaredListener, parts);
  const { name } = declared;
  const value = <T extends Plain>(field: string, setting: Setting<T> | undefined): T | undefined => {
    try {
      return settled(setting, parts.source);
    } catch (error) {
      throw new ListenerConfigurationError(`${field} of ${name} cannot be resolved`, { cause: error });
    }
  };
  const needed = (field: string, setting: Setting<string> | undefined): string => {
    const text = value(field, setting);
    if (typeof text !== 'string' || text === '') throw new ListenerConfigurationError(`${name} has no ${field}`);
    return text;
  };
  const { batch, broadcasting, codec, consumeFrom, consumer, deadLettersOf, orderly = false, retry, selector } = declared;
  if (orderly && broadcasting) throw new ListenerConfigurationError(`${name} consumes in order, which broadcasting does not do`);
  const letters = deadLettersOf === undefined ? undefined : needed('group of dead letters', deadLettersOf);
  const topics = letters === undefined ? topicsOf(name, value('topic', declared.topic)) : [dlqTopic(letters)];
  const optional = {
    ...{ batch, broadcasting, codec, consumeFrom, consumer, retry },
    concurrency: value('concurrency', declared.concurrency),
    maxReconsumeTimes: value('maxReconsumeTimes', declared.maxReconsumeTimes),
    consumeTimeoutMs: value('consumeTimeoutMs', declared.consumeTimeoutMs),
    handlerTimeoutMs: value('handlerTimeoutMs', declared.handlerTimeoutMs),
    autoStart: value('autoStart', declared.autoStart),
  };
  return {
    ...Object.fromEntries(Object.entries(optional).filter(isGiven)),
    ...{ id: declared.id ?? name, name, topics, orderly },
    group: needed('group', declared.group ?? (letters === undefined ? undefined : `${letters}-dead-letters`)),
    selector: selectorOf(selector, value, needed),
  };
}

function selectorOf(
  selector: ListenerSelector | undefined,
  tagOf: (field: string, setting: Setting<string> | undefined) => string | undefined,
  sqlOf: (field: string, setting: Setting<string>) => string,
): ListenerSettings['selector'] {
  return selector?.sql === undefined ? { tag: tagOf('tag', selector?.tag) ?? '*' } : { sql: sqlOf('sql', selector.sql) };
}

function topicsOf(name: string, topic: string | readonly string[] | undefined): readonly string[] {
  const topics = typeof topic === 'string' ? [topic] : (topic ?? []);
  if (topics.length === 0 || topics.includes('')) throw new ListenerConfigurationError(`${name} has no topic`);
  return [...new Set(topics)];
}
