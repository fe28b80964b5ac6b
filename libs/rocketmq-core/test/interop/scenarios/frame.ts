import type { AdminClient, ClientInstance, ClientOptions, SubscriptionGroupConfig, TopicSettings } from '../../../src/client/index.js';
import type { JavaDriver } from '../../../testing/java-driver.js';
import type { Party, PartyKind } from './party.js';

export type TargetKind = 'ours' | 'apache';

/** Who sends, and who receives. */
export interface Pair {
  readonly from: PartyKind;
  readonly to: PartyKind;
}

const pair = (from: PartyKind, to: PartyKind): Pair => ({ from, to });

/** Each client by itself: for what takes one party. */
export const eachAlone: readonly Pair[] = [pair('ours', 'ours'), pair('java', 'java')];
export const acrossLanguages: readonly Pair[] = [pair('ours', 'java'), pair('java', 'ours')];
export const everyPair: readonly Pair[] = [...eachAlone, ...acrossLanguages];
export const onlyOurs: readonly Pair[] = [pair('ours', 'ours')];

/**
 * One thing that the system does, told once and run against each broker with each client. It takes seconds, asserts nothing about the real clock, and
 * runs beside others: topics and groups come from the world, which makes their names unique.
 */
export interface Scenario {
  readonly name: string;
  /** Default `everyPair`. */
  readonly pairs?: readonly Pair[];
  /** Default both brokers. */
  readonly targets?: readonly TargetKind[];
  /** Nothing runs beside it: it counts all that a broker has. */
  readonly isAlone?: boolean;
  /** It calls `restartBroker`: those scenarios run beside each other, apart from the others, and share the restart. */
  readonly restarts?: boolean;
  /** Only in the long sets. */
  readonly isLong?: boolean;
  run(world: ScenarioWorld): Promise<void>;
}

/** What a scenario has to work with; the functions may be taken apart from it. */
export interface ScenarioWorld {
  readonly target: TargetKind;
  /** Of the target; `5.5.0` also for ours, which behaves as it. */
  readonly version: string;
  readonly nameServers: string;
  readonly brokerAddress: string;
  readonly from: Party;
  readonly to: Party;
  /** The same by name, for scenarios with more than two. */
  readonly party: (kind: PartyKind) => Party;
  /** A name that nothing else in this run has. */
  readonly named: (what: string) => string;
  /** Creates a topic (4 queues unless told) and waits until the name server knows it. */
  readonly topic: (what: string, settings?: Partial<TopicSettings>) => Promise<string>;
  /** Creates a subscription group; what is left out has Java's defaults. */
  readonly group: (what: string, settings?: Partial<SubscriptionGroupConfig>) => Promise<string>;
  readonly admin: AdminClient;
  /** A started client of ours with the short settings, shut down with the scenario. */
  readonly client: (options?: Partial<ClientOptions>) => Promise<ClientInstance>;
  readonly java: JavaDriver;
  /** Restarts the broker on its store, once all scenarios that run have asked for it. For those that say `restarts`. */
  readonly restartBroker: () => Promise<void>;
  /** Runs at the end of the scenario, the last one given first, whether it succeeded or not. */
  readonly onEnd: (action: () => Promise<void>) => void;
}
