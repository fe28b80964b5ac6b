/** What is needed of a span of OpenTelemetry. */
export interface TracingSpan {
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  setAttribute(name: string, value: string): unknown;
  recordException(error: Error): void;
  end(): void;
}

export interface SpanSettings {
  readonly kind: number;
  readonly attributes: Record<string, string | number | string[]>;
  readonly links?: { readonly context: never }[];
}

/** What is needed of `@opentelemetry/api`: the package itself fits. Whoever runs an SDK registers it there; without one nothing is recorded. */
export interface TracingApi {
  readonly trace: {
    getTracer(name: string): { startSpan(name: string, settings: SpanSettings, context: never): TracingSpan };
    setSpan(context: never, span: never): unknown;
    getSpanContext(context: never): unknown;
  };
  readonly context: { active(): unknown; with<T>(context: never, run: () => T): T };
  readonly propagation: {
    inject(context: never, carrier: Record<string, string>): void;
    extract(context: never, carrier: unknown): unknown;
  };
  readonly SpanKind: { readonly PRODUCER: number; readonly CONSUMER: number };
  readonly SpanStatusCode: { readonly ERROR: number };
}

export const TRACER = 'nest-rocketmq';
