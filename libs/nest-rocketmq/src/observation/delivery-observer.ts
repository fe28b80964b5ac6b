import type { RocketMQContext } from '../listener/rocketmq.context.js';
import type { DeliveryEnd, Fate } from '../outcome/outcome-table.js';

/** How one message ended. */
export interface DeliveryReport {
  readonly context: RocketMQContext;
  /** Of a batch the place of the message in it. */
  readonly index: number;
  readonly end: DeliveryEnd;
  readonly fate: Fate;
  /** The original error, of a delivery that failed. */
  readonly error: Error | undefined;
  /** Of the call, ms. */
  readonly durationMs: number;
}

/** Sees every call of a listener: for metrics and traces. */
export interface DeliveryObserver {
  /** Wraps the call; must call `run` once and return what it returns. It never rejects. */
  around?<T>(context: RocketMQContext, run: () => Promise<T>): Promise<T>;
  /** Once for each message. Must not throw. */
  ended?(report: DeliveryReport): void;
}

/** The observers of one connection. */
export class DeliveryObservers {
  private observers: readonly DeliveryObserver[] = [];

  /** @returns what takes it away again */
  add(observer: DeliveryObserver): () => void {
    this.observers = [...this.observers, observer];
    return () => {
      this.observers = this.observers.filter((one) => one !== observer);
    };
  }

  around<T>(context: RocketMQContext, run: () => Promise<T>): Promise<T> {
    return this.observers.reduceRight<() => Promise<T>>(
      (inner, observer) => () => (observer.around ? observer.around(context, inner) : inner()),
      run,
    )();
  }

  ended(report: DeliveryReport): void {
    for (const observer of this.observers) observer.ended?.(report);
  }
}
