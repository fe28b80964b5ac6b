import type { BrokerConfig, BrokerOptions } from 'rocketmq-core/broker';
import type { NamesrvConfig } from 'rocketmq-core/namesrv';

/** A name server and a broker inside the application: for development, tests and small installations on one machine. */
export interface EmbeddedRocketMQOptions {
  /** Folder for the store and the settings. Default `./data`. */
  readonly dataDir?: string;
  /** Default 9876; 0 takes a free port. */
  readonly namesrvPort?: number;
  /** Default 10911 (and 10909 beside it); 0 takes a free port. */
  readonly brokerPort?: number;
  /** Further keys of namesrv.conf. */
  readonly namesrv?: Partial<NamesrvConfig>;
  /** Further keys of broker.conf. */
  readonly broker?: Partial<BrokerConfig>;
  /** The clock of both, for tests. */
  readonly clock?: BrokerOptions['clock'];
  /** Replaces routes of the broker, for tests. */
  readonly intercept?: BrokerOptions['intercept'];
  /** How long a stop waits for running requests, in milliseconds. Default 5000. */
  readonly stopTimeoutMs?: number;
}
