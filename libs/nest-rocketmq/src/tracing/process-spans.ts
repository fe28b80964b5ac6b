import type { ReceivedMessage } from 'rocketmq-core/client';
import type { DeliveryObserver, DeliveryReport } from '../observation/delivery-observer.js';
import type { RocketMQContext } from '../listener/rocketmq.context.js';
import { TRACER, type TracingApi, type TracingSpan } from './tracing-api.js';

/** A span for each call of a listener, by the messaging conventions of OpenTelemetry; its parent is the span that sent the message. */
export class ProcessSpans implements DeliveryObserver {
  private readonly spans = new WeakMap<RocketMQContext, TracingSpan>();

  constructor(private readonly api: TracingApi) {}

  around<T>(context: RocketMQContext, run: () => Promise<T>): Promise<T> {
    const { api } = this;
    const senders = context.getMessages().map((message) => this.senderOf(message));
    // A batch has many senders: none of them is its parent.
    const [first] = senders;
    const parent = (senders.length === 1 ? first : api.context.active()) as never;
    const links = senders.length === 1 ? [] : senders.flatMap((sender) => this.linkTo(sender));
    const settings = { kind: api.SpanKind.CONSUMER, attributes: attributesOf(context), links };
    const span = api.trace.getTracer(TRACER).startSpan(`process ${context.getTopic()}`, settings, parent);
    this.spans.set(context, span);
    return api.context.with(api.trace.setSpan(parent, span as never) as never, run);
  }

  ended({ context, index, end, fate, error }: DeliveryReport): void {
    const span = this.spans.get(context);
    if (span === undefined) return;
    if (error !== undefined) {
      span.recordException(error);
      span.setAttribute('error.type', error.name);
    }
    if (fate !== 'consumed') span.setStatus({ code: this.api.SpanStatusCode.ERROR, message: error?.message ?? end });
    if (index === context.getMessages().length - 1) span.end();
  }

  private senderOf({ properties }: ReceivedMessage): unknown {
    return this.api.propagation.extract(this.api.context.active() as never, Object.fromEntries(properties));
  }

  private linkTo(sender: unknown): { readonly context: never }[] {
    const context = this.api.trace.getSpanContext(sender as never);
    return context === undefined ? [] : [{ context: context as never }];
  }
}

function attributesOf(context: RocketMQContext): Record<string, string | number | string[]> {
  const { messageId, keys, tags } = context.getMessage();
  const count = context.getMessages().length;
  return {
    'messaging.system': 'rocketmq',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': context.getTopic(),
    'messaging.consumer.group.name': context.getGroup(),
    ...(count > 1 ? { 'messaging.batch.message_count': count } : { 'messaging.message.id': messageId }),
    ...(count === 1 && tags !== undefined && { 'messaging.rocketmq.message.tag': tags }),
    ...(count === 1 && keys.length > 0 && { 'messaging.rocketmq.message.keys': [...keys] }),
  };
}
