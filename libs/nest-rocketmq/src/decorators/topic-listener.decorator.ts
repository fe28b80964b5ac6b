import { RocketMQListener } from './rocketmq-listener.decorator.js';
import type { RocketMQListenerOptions } from '../listener/listener-options.js';
import type { TopicRef } from '../topics/topic-ref.js';

export type TopicListenerOptions = Omit<RocketMQListenerOptions, 'topic' | 'selector' | 'codec'>;

/** A method whose first parameter takes what the topic brings, and that answers as the topic says. */
type TopicMethod<Out, Reply> = (payload: Out, ...more: never[]) => Reply | Promise<Reply>;

/** `@RocketMQListener` for a typed topic. A method with another payload type does not compile. */
export const TopicListener =
  <In, Out, Reply>(topic: TopicRef<In, Out, Reply>, options: TopicListenerOptions) =>
  <M extends TopicMethod<Out, Reply>>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    const { topic: name, tag, codec } = topic;
    const listener = RocketMQListener({ ...options, topic: name, codec, ...(tag === undefined ? {} : { selector: { tag } }) });
    listener(target, key, descriptor as PropertyDescriptor);
  };
