import type { Clock, Logger } from '../runtime/index.js';
import type { MessageStore } from '../store/index.js';
import type { ClientNotifier } from './clients/client-notifier.js';
import type { ConnectionWatch } from './clients/connection-watch.js';
import type { ConsumerTable } from './clients/consumer-table.js';
import type { ProducerTable } from './clients/producer-table.js';
import type { BrokerConfig } from './config/broker-config.js';
import type { BrokerIdentity } from './config/listen-address.js';
import type { LiveSettings } from './config/live-settings.js';
import type { GroupTable } from './groups/group-table.js';
import type { HeldPulls } from './holding/held-pulls.js';
import type { QueueLockTable } from './locks/queue-lock-table.js';
import type { OffsetTable } from './offsets/offset-table.js';
import type { RedeliveryTopics } from './redelivery/redelivery-topics.js';
import type { RetrySends } from './redelivery/retry-sends.js';
import type { SendProperties } from './sending/property-text.js';
import type { SendHeader, SendTarget } from './sending/send-target.js';
import type { StatsTable } from './stats/stats-table.js';
import type { TopicTable } from './topics/topic-table.js';
import type { UnsavedTopics } from './topics/unsaved-topics.js';
import type { MessageWriter } from './writing/message-writer.js';
import type { QueueReader } from './writing/queue-reader.js';

/** What the handlers are made of. */
export interface RouteParts {
  readonly config: BrokerConfig;
  readonly live: LiveSettings;
  readonly identity: () => BrokerIdentity;
  readonly store: MessageStore;
  readonly writer: MessageWriter;
  readonly queueReader: QueueReader;
  readonly topics: TopicTable;
  readonly groups: GroupTable;
  readonly offsets: OffsetTable;
  readonly producers: ProducerTable;
  readonly consumers: ConsumerTable;
  readonly notifier: ClientNotifier;
  readonly watch: ConnectionWatch;
  readonly held: HeldPulls;
  readonly locks: QueueLockTable;
  readonly stats: StatsTable;
  readonly targetOf: (header: SendHeader) => SendTarget;
  readonly stamp: (propertyText: string) => SendProperties;
  readonly sendExt: ReadonlyMap<string, string>;
  readonly runtimeInfo: () => ReadonlyMap<string, string>;
  readonly isSystem: (topic: string) => boolean;
  readonly firstMessageInMemory: (topic: string, queueId: number) => boolean;
  readonly unsaved: UnsavedTopics;
  readonly redeliveryTopics: RedeliveryTopics;
  readonly retrySends: RetrySends;
  /** Resolves when changed topics are saved and known to the name servers that answer, or when waiting longer is in vain. */
  readonly topicsPublished: () => Promise<void>;
  readonly groupsSaved: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}
