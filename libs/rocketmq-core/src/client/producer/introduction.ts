import { replyTopic } from '../../protocol/index.js';
import type { RouteFinder, TopicDefaults } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';

export interface IntroductionParts {
  readonly table: Pick<RouteTable, 'clustersOf'>;
  readonly routes: Pick<RouteFinder, 'publishQueues' | 'refresh'>;
  /** Topics that do not exist are created with these; undefined when they are not. */
  readonly defaults: TopicDefaults | undefined;
  /** Sends a heartbeat to the brokers that have had none. */
  readonly beat: () => Promise<void>;
}

/**
 * Makes the brokers of a cluster know a client before it asks the first time: a reply comes through whichever of them the replier chooses. Java
 * tells only the brokers of the topic, and the replier tries until it finds one of them.
 */
export class Introduction {
  private readonly done = new Map<string, Promise<void>>();

  constructor(private readonly parts: IntroductionParts) {}

  /** Later brokers of the cluster are told as their routes come. @throws OperationFailed when no name server answers */
  of(topic: string): Promise<void> {
    let introduced = this.done.get(topic);
    if (introduced === undefined) {
      introduced = this.introduce(topic);
      this.done.set(topic, introduced);
      introduced.catch(() => this.done.delete(topic));
    }
    return introduced;
  }

  private async introduce(topic: string): Promise<void> {
    const { table, routes, defaults, beat } = this.parts;
    await routes.publishQueues(topic, defaults);
    await Promise.all(table.clustersOf(topic).map((cluster) => routes.refresh(replyTopic(cluster))));
    await beat();
  }
}
