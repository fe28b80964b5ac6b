import * as api from '@opentelemetry/api';
import { AsyncLocalStorage } from 'node:async_hooks';

interface RecordedSpan {
  readonly id: string;
  readonly name: string;
  readonly parent: string | undefined;
  readonly attributes: Record<string, unknown>;
  status?: unknown;
}

/** The API of OpenTelemetry with an SDK behind it that remembers its spans; contexts and propagation are those of the API. */
export class RecordedTracing {
  readonly ended: RecordedSpan[] = [];
  private spanCount = 0;
  private readonly active = new AsyncLocalStorage<api.Context>();

  readonly api = {
    ...api,
    context: {
      active: () => this.active.getStore() ?? api.ROOT_CONTEXT,
      with: <T>(context: api.Context, run: () => T): T => this.active.run(context, run),
    },
    propagation: {
      inject: (context: api.Context, carrier: Record<string, string>) => {
        const { traceId, spanId } = api.trace.getSpanContext(context) as api.SpanContext;
        carrier.traceparent = `00-${traceId}-${spanId}-01`;
      },
      extract: (context: api.Context, carrier: Record<string, string>) => {
        const [, traceId = '', spanId = ''] = (carrier.traceparent ?? '').split('-');
        return spanId === '' ? context : api.trace.setSpanContext(context, { traceId, spanId, traceFlags: 1, isRemote: true });
      },
    },
    trace: {
      setSpan: (context: api.Context, span: api.Span) => api.trace.setSpan(context, span),
      getSpanContext: (context: api.Context) => api.trace.getSpanContext(context),
      getTracer: () => ({ startSpan: (...about: Parameters<RecordedTracing['startSpan']>) => this.startSpan(...about) }),
    },
  };

  currentSpan(): string | undefined {
    return api.trace.getSpanContext(this.active.getStore() ?? api.ROOT_CONTEXT)?.spanId;
  }

  private startSpan(name: string, { attributes }: { attributes: Record<string, unknown> }, context: api.Context) {
    const id = String((this.spanCount += 1)).padStart(16, '0');
    const span: RecordedSpan = { id, name, parent: api.trace.getSpanContext(context)?.spanId, attributes: { ...attributes } };
    return {
      spanContext: () => ({ traceId: 'a'.repeat(32), spanId: id, traceFlags: 1 }),
      setStatus: (status: unknown) => (span.status = status),
      setAttribute: (key: string, value: unknown) => (span.attributes[key] = value),
      recordException: () => undefined,
      end: () => this.ended.push(span),
    };
  }
}
