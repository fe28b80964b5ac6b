import type { AdminClient, TopicSettings } from 'rocketmq-core/client';
import { MissingTopicsError } from '../errors/missing-topics.error.js';
import type { RocketMQConnectionOptions } from '../rocketmq.options.js';

export interface ProvisioningParts {
  readonly connection: string;
  readonly options: Pick<RocketMQConnectionOptions, 'ensureTopics' | 'topics'>;
  readonly admin: () => { readonly topics: Pick<AdminClient['topics'], 'route' | 'createOrUpdate'> };
}

// Dead letters and retries have topics that the brokers make themselves.
const isOfTheBroker = (topic: string) => topic.startsWith('%');

/**
 * Sees to the topics that listeners and the application name. Topics that are there stay as they are.
 * @throws MissingTopicsError, and what the cluster refuses
 */
export async function provisionTopics(ofListeners: readonly string[], { connection, options, admin }: ProvisioningParts): Promise<void> {
  const { ensureTopics = 'off', topics = [] } = options;
  if (ensureTopics === 'off') return;
  const wanted = new Map<string, TopicSettings>(ofListeners.filter((topic) => !isOfTheBroker(topic)).map((topic) => [topic, { topic }]));
  for (const one of topics) {
    const settings = typeof one === 'string' ? { topic: one } : one;
    wanted.set(settings.topic, settings);
  }
  const calls = admin().topics;
  const missing: TopicSettings[] = [];
  for (const settings of wanted.values()) if ((await calls.route(settings.topic)) === undefined) missing.push(settings);
  if (ensureTopics === 'check') {
    if (missing.length > 0)
      throw new MissingTopicsError(
        missing.map(({ topic }) => topic),
        connection,
      );
    return;
  }
  for (const settings of missing) await calls.createOrUpdate(settings);
}
