import 'reflect-metadata';
import {
  Catch,
  Controller,
  ForbiddenException,
  HttpException,
  Injectable,
  ParseIntPipe,
  ServiceUnavailableException,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, DiscoveryService, ExternalContextCreator, ModulesContainer, ModuleRef, Reflector } from '@nestjs/core';
import { Ctx, Payload, RpcException } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { EMPTY, EmptyError, firstValueFrom, map, of, throwError, type Observable } from 'rxjs';
import { RocketMQConnection } from '../src/connection/rocketmq.connection.js';
import type { ListenerEndpoint } from '../src/listener/listener-endpoint.js';
import type { ConsumerOrchestrator } from '../src/discovery/consumer.orchestrator.js';
import { ListenerExplorer } from '../src/discovery/listener.explorer.js';
import { ConfiguredListeners } from '../src/listener/configured-listeners.js';
import { noSource } from '../src/listener/setting.js';
import type { DeliveryReport } from '../src/observation/delivery-observer.js';
import { ListenerMetadata } from '../src/listener/listener.metadata.js';
import { ReadyGate } from '../src/discovery/ready-gate.js';
import { ProviderHandlers } from '../src/execution/provider-handler.js';
import {
  Ack,
  DecodeError,
  deliveryLogFields,
  isRocketMQContext,
  Message,
  MessageAttempt,
  MessageBody,
  MessageId,
  MessageKeys,
  MessageProperties,
  Messages,
  MessageSignal,
  MessageTag,
  MessageTopic,
  rawCodec,
  Reject,
  RejectException,
  Retry,
  RetryException,
  RocketMQContext,
  RocketMQListener,
  RocketMQServer,
} from '../src/index.js';
import type { ConsumeResult, ReceivedMessage } from 'rocketmq-core/client';
import { receivedMessage } from './message.js';

const seen: unknown[] = [];
// Nest logs the errors that these tests throw on purpose.
const quiet = { log: () => undefined, warn: () => undefined, error: () => undefined };

class Denied implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    seen.push(['guard', context.getType(), isRocketMQContext(context.switchToRpc().getContext())]);
    return false;
  }
}

class Around implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    seen.push('before');
    return next.handle();
  }
}

class Wrap implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

class Postpone implements CanActivate {
  canActivate(): boolean {
    throw new RetryException('not yet', { delayMs: 30 });
  }
}

class Overloaded implements PipeTransform {
  transform(): unknown {
    throw new ServiceUnavailableException();
  }
}

class Silence implements NestInterceptor {
  intercept(): Observable<unknown> {
    return EMPTY;
  }
}

@Catch(RangeError)
class SwallowRangeErrors implements ExceptionFilter {
  catch(error: RangeError): Observable<never> {
    seen.push(['filter', error.message]);
    return EMPTY;
  }
}

@Catch(SyntaxError)
class PassOn implements ExceptionFilter {
  catch(error: SyntaxError): Observable<never> {
    return throwError(() => error);
  }
}

class Listeners {
  @RocketMQListener({ topic: 'plain', group: 'g' })
  plain(@Payload() payload: unknown, @Ctx() context: RocketMQContext): void {
    seen.push(payload, context.getPattern(), context.getAttempt(), context.getMetadata(), context.getGroup());
  }

  @RocketMQListener({ topic: 'bare', group: 'g' })
  bare(payload: unknown): void {
    seen.push(payload);
  }

  @RocketMQListener({ topic: 'empty-error', group: 'g' })
  emptyError(): Promise<unknown> {
    return firstValueFrom(EMPTY);
  }

  @RocketMQListener({ topic: 'says', group: 'g' })
  says(@Payload() what: string): unknown {
    if (what === 'throw retry') throw new RetryException('later', { delayLevel: 4 });
    if (what === 'throw reject') throw new RejectException('never');
    return { ack: Ack, retry: Retry({ delayMs: 70 }), reject: Reject('no') }[what];
  }

  @RocketMQListener({ topic: 'says-mapped', group: 'g' })
  @UseInterceptors(Wrap)
  saysMapped(@Payload() what: string): unknown {
    return what === 'retry' ? Retry({ delayMs: 70 }) : undefined;
  }

  @RocketMQListener({ topic: 'overloaded', group: 'g' })
  overloaded(@Payload(Overloaded) payload: unknown): void {
    seen.push(payload);
  }

  @RocketMQListener({ topic: 'postponed', group: 'g' })
  @UseGuards(Postpone)
  postponed(): void {
    seen.push('must not run');
  }

  @RocketMQListener({ topic: 'policy', group: 'g', retry: { retryOn: [TypeError], backoff: ({ attempt }) => attempt * 100 } })
  policy(): void {
    throw new TypeError('seen by the policy');
  }

  @RocketMQListener({ topic: 'correlated', group: 'g' })
  async correlated(): Promise<void> {
    await Promise.resolve();
    seen.push(deliveryLogFields());
  }

  @RocketMQListener({ topic: 'parts', group: 'g' })
  parts(@MessageTopic() topic: string, @MessageAttempt() attempt: number, @MessageId() id: string, @MessageBody() body: Buffer): void {
    seen.push(topic, attempt, id, body.toString());
  }

  @RocketMQListener({ topic: 'properties', group: 'g' })
  properties(
    @MessageProperties('traceparent') trace: string,
    @MessageProperties() all: object,
    @MessageKeys() keys: readonly string[],
  ): void {
    seen.push(trace, all, keys);
  }

  @RocketMQListener({ topic: 'others', group: 'g' })
  others(
    @MessageTag() tag: string | undefined,
    @Message() message: ReceivedMessage,
    @Messages() messages: readonly ReceivedMessage[],
    @MessageSignal() signal: AbortSignal,
  ): void {
    seen.push(tag, message.queueOffset, messages.length, signal.aborted);
  }

  @RocketMQListener({ topic: 'params', group: 'g' })
  params(@Ctx() context: RocketMQContext, @Payload('id', ParseIntPipe) id: number): void {
    seen.push(id, context.getMessage().topic);
  }

  @RocketMQListener({ topic: 'raw', group: 'g', codec: rawCodec })
  raw(@Payload() body: Buffer): void {
    seen.push(Buffer.isBuffer(body));
  }

  @RocketMQListener({ topic: 'stream', group: 'g' })
  stream(): Observable<string> {
    return of('a', 'b');
  }

  @RocketMQListener({ topic: 'fails', group: 'g' })
  fails(): void {
    throw new TypeError('the cause');
  }

  @RocketMQListener({ topic: 'fails-http', group: 'g' })
  failsHttp(): Promise<void> {
    return Promise.reject(new HttpException('teapot', 418));
  }

  @RocketMQListener({ topic: 'fails-stream', group: 'g' })
  failsStream(): Observable<never> {
    return throwError(() => new RpcException('from a stream'));
  }

  @RocketMQListener({ topic: 'guarded', group: 'g' })
  @UseGuards(Denied)
  guarded(): void {
    seen.push('must not run');
  }

  @RocketMQListener({ topic: 'around', group: 'g' })
  @UseInterceptors(Around)
  around(): void {
    seen.push('handler');
  }

  @RocketMQListener({ topic: 'silent', group: 'g' })
  @UseInterceptors(Silence)
  silent(): void {
    seen.push('must not run');
  }

  @RocketMQListener({ topic: 'filtered', group: 'g' })
  @UseFilters(SwallowRangeErrors)
  filtered(): void {
    throw new RangeError('swallowed');
  }

  @RocketMQListener({ topic: 'passed-on', group: 'g' })
  @UseFilters(PassOn)
  passedOn(): void {
    throw new SyntaxError('passed on');
  }
}

@Controller()
class ListenerController extends Listeners {}

@Injectable()
class ListenerProvider extends Listeners {}

@Injectable()
class EagerProvider {
  @RocketMQListener({ topic: 'eager', group: 'g', globalEnhancers: true })
  eager(): void {
    seen.push('must not run');
  }
}

const connection = new RocketMQConnection('default', { namesrvAddr: '127.0.0.1:9' });
const reports: DeliveryReport[] = [];
connection.observers.add({ ended: (report) => void reports.push(report) });
const resolving = { configured: new ConfiguredListeners(), source: noSource };

async function controllerEndpoints(): Promise<ListenerEndpoint[]> {
  const collected: ListenerEndpoint[] = [];
  const orchestrator = {
    add: (endpoints: ListenerEndpoint[]) => Promise.resolve(void collected.push(...endpoints)),
    start: () => Promise.resolve(),
    drain: () => Promise.resolve(),
  } as unknown as ConsumerOrchestrator;
  const gate = ReadyGate.passed();
  const moduleRef = await Test.createTestingModule({ controllers: [ListenerController] })
    .setLogger(quiet)
    .compile();
  const app = moduleRef.createNestMicroservice({
    logger: false,
    strategy: new RocketMQServer({ connection, orchestrator, gate, resolving }),
  } as never);
  await app.listen();
  return collected;
}

async function providerEndpoints(): Promise<ListenerEndpoint[]> {
  const moduleRef = await Test.createTestingModule({
    imports: [DiscoveryModule],
    providers: [ListenerProvider, EagerProvider, { provide: APP_GUARD, useClass: Denied }],
  })
    .setLogger(quiet)
    .compile();
  await moduleRef.init();
  const handlers = new ProviderHandlers(moduleRef.get(ModulesContainer), moduleRef.get(ExternalContextCreator));
  const parts = {
    discovery: moduleRef.get(DiscoveryService),
    metadata: new ListenerMetadata(moduleRef.get(Reflector)),
    handlers,
    resolving,
    moduleRef: moduleRef.get(ModuleRef),
  };
  return new ListenerExplorer(parts).providerListeners(connection);
}

describe.each([
  ['controller', controllerEndpoints],
  ['provider', providerEndpoints],
])('a listener on a %s', (kind, endpointsOf) => {
  let endpoints: ListenerEndpoint[];

  beforeAll(async () => {
    endpoints = await endpointsOf();
  });
  beforeEach(() => {
    seen.length = 0;
    reports.length = 0;
  });

  const handle = async (topic: string, message: ReceivedMessage) => {
    const endpoint = endpoints.find((one) => one.settings.topics.includes(topic));
    if (!endpoint) throw new Error(`no endpoint for ${topic}`);
    const results = await endpoint.handle([message], { signal: new AbortController().signal });
    expect(results).toHaveLength(1);
    return results[0];
  };
  /** Throws what the policies see. */
  const deliver = async (topic: string, payload?: unknown) => {
    reports.length = 0;
    const result = await handle(topic, receivedMessage({ topic, payload }));
    const [report] = reports;
    expect(reports).toHaveLength(1);
    if (report?.error !== undefined) throw report.error;
    expect(result).toBeUndefined();
  };

  it('gets the decoded payload and the context', async () => {
    await deliver('plain', { id: 7 });
    expect(seen).toEqual([{ id: 7 }, 'plain', 3, { traceparent: '00-1' }, 'g']);
  });

  it('gets the payload when its parameters have no decorators', async () => {
    await deliver('bare', { id: 8 });
    expect(seen).toEqual([{ id: 8 }]);
  });

  it('gets what its parameter decorators and pipes make of them', async () => {
    await deliver('params', { id: '42' });
    expect(seen).toEqual([42, 'params']);
  });

  it('has its own codec', async () => {
    await deliver('raw');
    expect(seen).toEqual([true]);
  });

  it('is done when a stream or an empty stream completes', async () => {
    await deliver('stream');
    await deliver('silent');
    expect(seen).toEqual([]);
  });

  it.each([
    ['fails', TypeError, 'the cause'],
    ['fails-http', HttpException, 'teapot'],
    ['fails-stream', RpcException, 'from a stream'],
    ['passed-on', SyntaxError, 'passed on'],
    ['empty-error', EmptyError, 'no elements in sequence'],
  ])('rejects with the original error: %s', async (topic, type, message) => {
    const error: unknown = await deliver(topic).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toBe(message);
  });

  it('rejects when a pipe refuses the payload, with the original error', async () => {
    await expect(deliver('params', { id: 'no number' })).rejects.toThrow('Validation failed (numeric string is expected)');
  });

  it('is not called when the body cannot be decoded', async () => {
    expect(await handle('plain', { ...receivedMessage(), body: Buffer.from('{') })).toMatchObject({ deadLetter: true });
    expect(reports[0]?.error).toBeInstanceOf(DecodeError);
    expect(reports[0]?.error?.cause).toBeInstanceOf(SyntaxError);
    expect(seen).toEqual([]);
  });

  it.each<[string, object | undefined, DeliveryReport['end'], ConsumeResult]>([
    ['plain', { id: 1 }, 'returned', undefined],
    ['says', 'ack', 'returned Ack', undefined],
    ['says', 'retry', 'returned Retry', { retry: true, delayMs: 70 }],
    ['says', 'reject', 'returned Reject', { deadLetter: true, reason: 'returned Reject: no' }],
    ['says-mapped', 'retry', 'returned Retry', { retry: true, delayMs: 70 }],
    ['says', 'throw retry', 'threw RetryException', { retry: true, delayLevel: 4 }],
    ['says', 'throw reject', 'threw RejectException', { deadLetter: true, reason: 'threw RejectException: never' }],
    ['fails', {}, 'threw', { retry: true }],
    ['fails-http', {}, 'threw', { retry: true }],
    [
      'params',
      { id: 'no number' },
      'validation failed',
      { deadLetter: true, reason: 'validation failed: Validation failed (numeric string is expected)' },
    ],
    ['overloaded', {}, 'threw', { retry: true }],
    ['guarded', {}, 'guard denied', { deadLetter: true, reason: 'guard denied: Forbidden resource' }],
    ['postponed', {}, 'threw RetryException', { retry: true, delayMs: 30 }],
    ['policy', { id: 1 }, 'threw', { retry: true, delayMs: 300 }],
  ] as never)('goes by the outcome table: %s %j %s', async (topic, payload, end, result) => {
    expect(await handle(topic, receivedMessage({ topic, payload }))).toEqual(result);
    expect(reports.map((report) => report.end)).toEqual([end]);
  });

  it('gets the parts of the message that it asks for', async () => {
    await deliver('parts', { id: 1 });
    await deliver('properties');
    await deliver('others');
    expect(seen).toEqual([
      ...['parts', 3, 'AC11000100002A9F0000000000000001', '{"id":1}'],
      ...['00-1', { traceparent: '00-1' }, []],
      ...[undefined, 0, 1, false],
    ]);
  });

  it('finds its delivery wherever it is', async () => {
    await deliver('correlated');
    expect(seen).toEqual([
      expect.objectContaining({ topic: 'correlated', group: 'g', attempt: 3, listener: expect.stringMatching(/Listener.*\.correlated/) }),
    ]);
    expect(deliveryLogFields()).toBeUndefined();
  });

  it('rejects when a guard denies, and the guard sees an rpc context', async () => {
    await expect(deliver('guarded')).rejects.toThrow('Forbidden resource');
    expect(seen).toEqual([['guard', 'rpc', true]]);
  });

  it('runs inside its interceptors', async () => {
    await deliver('around');
    expect(seen).toEqual(['before', 'handler']);
  });

  it('is done when a filter handles the error', async () => {
    await deliver('filtered');
    expect(seen).toEqual([['filter', 'swallowed']]);
  });

  if (kind === 'provider') {
    it('meets global guards only when it asks for them', async () => {
      await expect(deliver('eager')).rejects.toThrow(ForbiddenException);
      expect(seen).toEqual([['guard', 'rpc', true]]);
    });
  }
});
