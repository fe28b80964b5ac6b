import { OperationFailed } from '../../base/index.js';
import { topicProblem } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { MessageSelector } from '../message-selector.js';
import { subscribe, type Subscription } from './subscription-table.js';

const ALL = '*';

/**
 * What a lite pull consumer wants of its topics. It either subscribes to topics and shares their queues with its group, or is assigned queues.
 */
export class LitePullSubscriptions {
  private readonly rows = new Map<string, Subscription>();
  /** Of topics whose queues are assigned. */
  private readonly filters = new Map<string, Subscription>();
  private chosen: 'subscribe' | 'assign' | undefined;

  /** Undefined until the first of the two is used. */
  get mode(): 'subscribe' | 'assign' | undefined {
    return this.chosen;
  }

  /** What heartbeats say. Java tells brokers nothing of assigned queues either. */
  get all(): readonly Subscription[] {
    return [...this.rows.values()];
  }

  get topics(): readonly string[] {
    return [...this.rows.keys()];
  }

  of(topic: string): Subscription | undefined {
    return this.chosen === 'assign' ? (this.filters.get(topic) ?? subscribe(topic, ALL, 0)) : this.rows.get(topic);
  }

  /** @throws InvalidInput; OperationFailed `refused` for a consumer that queues are assigned to */
  add(topic: string, selector: string | MessageSelector, version: number): void {
    checkTopic(topic);
    const row = subscribe(topic, selector, version);
    this.choose('subscribe');
    this.rows.set(topic, row);
  }

  /** @returns whether the topic was subscribed to */
  remove(topic: string): boolean {
    return this.rows.delete(topic);
  }

  /** What is wanted of the assigned queues of a topic. @throws as `add` */
  filter(topic: string, selector: string | MessageSelector, version: number): void {
    checkTopic(topic);
    const row = subscribe(topic, selector, version);
    this.choose('assign');
    this.filters.set(topic, row);
  }

  /** @throws OperationFailed `refused` when the other one was chosen before */
  choose(mode: 'subscribe' | 'assign'): void {
    if (this.chosen !== undefined && this.chosen !== mode) {
      throw new OperationFailed('refused', 'a consumer either subscribes to topics or is assigned queues, not both');
    }
    this.chosen = mode;
  }
}

function checkTopic(topic: string): void {
  const problem = topicProblem(topic);
  if (problem !== undefined) throw new InvalidInput('topic', problem);
}
