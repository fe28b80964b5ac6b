import type { OutgoingMessage } from 'rocketmq-core/client';
import type { SendInterceptor } from '../observation/send-interceptor.js';
import { TRACER, type TracingApi } from './tracing-api.js';

/** A span for each send, whose context travels in the properties of its messages (W3C: `traceparent`). */
export function sendSpans(api: TracingApi): SendInterceptor {
  return async ({ kind, messages }, next) => {
    const active = api.context.active() as never;
    const topic = messages[0]?.topic ?? '';
    const settings = { kind: api.SpanKind.PRODUCER, attributes: attributesOf(kind, topic, messages) };
    const span = api.trace.getTracer(TRACER).startSpan(`send ${topic}`, settings, active);
    const context = api.trace.setSpan(active, span as never) as never;
    const carrier: Record<string, string> = {};
    api.propagation.inject(context, carrier);
    const traced = messages.map((message) => ({ ...message, properties: { ...propertiesOf(message), ...carrier } }));
    try {
      return await api.context.with(context, () => next(traced));
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(JSON.stringify(error));
      span.recordException(failure);
      span.setAttribute('error.type', failure.name);
      span.setStatus({ code: api.SpanStatusCode.ERROR, message: failure.message });
      throw error;
    } finally {
      span.end();
    }
  };
}

function propertiesOf({ properties = {} }: OutgoingMessage): Record<string, string> {
  return properties instanceof Map ? Object.fromEntries(properties as Map<string, string>) : (properties as Record<string, string>);
}

function attributesOf(kind: string, topic: string, messages: readonly OutgoingMessage[]): Record<string, string | number> {
  const tag = messages[0]?.tags;
  return {
    'messaging.system': 'rocketmq',
    'messaging.operation.name': kind,
    'messaging.operation.type': 'send',
    'messaging.destination.name': topic,
    ...(messages.length > 1 && { 'messaging.batch.message_count': messages.length }),
    ...(messages.length === 1 && tag !== undefined && { 'messaging.rocketmq.message.tag': tag }),
  };
}
