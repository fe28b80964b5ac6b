import type { RocketMQListenerOptions } from '../listener/listener-options.js';
import type { Setting } from '../listener/setting.js';
import { declareListener } from './declare-listener.js';

export interface DeadLetterListenerOptions extends Omit<RocketMQListenerOptions, 'topic' | 'selector' | 'listener'> {
  /** The group whose dead letters are meant. */
  readonly of: Setting<string>;
}

/**
 * Gets the dead letters of a group, from the first one on: the messages of `%DLQ%<group>`, as they were sent. The listener's own group is
 * `<group>-dead-letters` unless it says otherwise; what it fails at goes to the dead letters of that group.
 */
export function DeadLetterListener({ of, ...options }: DeadLetterListenerOptions): MethodDecorator {
  return declareListener({ consumeFrom: 'first', ...options, deadLettersOf: of });
}
