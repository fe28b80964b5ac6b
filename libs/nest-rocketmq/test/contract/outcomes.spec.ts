// Nest's contract with a transport for what a handler may end with, on whatever Nest and test runner this file is run with.
import 'reflect-metadata';
import {
  BadRequestException,
  Controller,
  HttpException,
  Injectable,
  Logger,
  Module,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload, RpcException } from '@nestjs/microservices';
import {
  currentDelivery,
  isRocketMQContext,
  RejectException,
  RocketMQClient,
  RocketMQConnection,
  RocketMQContext,
  RocketMQListener,
  RocketMQServer,
  RocketMQTemplate,
  type DeliveryReport,
} from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';
import { EMPTY, lastValueFrom, of, tap, throwError } from 'rxjs';

const from = { consumeFrom: 'first' } as const;
/** Longer than the first retry waits. */
const RETRY_MS = 11_000;

class Refuses implements PipeTransform {
  transform(): never {
    throw new BadRequestException('no valid payload');
  }
}

class Denies implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

/** What a transport sees whole: an error that is its own `getError()`. */
class Whole extends RpcException {
  constructor(readonly code: number) {
    super('whole');
  }
  override getError(): this {
    return this;
  }
}

const intercepted: string[] = [];
class Watches implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    const rpc = context.switchToRpc().getContext<RocketMQContext>();
    const about = `${rpc.getGroup()} ${rpc.getAttempt()}:`;
    intercepted.push(`${about} ${context.getType()} ${isRocketMQContext(rpc)}`);
    return next.handle().pipe(tap({ error: (error: Error) => intercepted.push(`${about} ${error.message}`) }));
  }
}

class PassesOn implements ExceptionFilter {
  catch(error: Error, host: ArgumentsHost) {
    intercepted.push(`${host.switchToRpc().getContext<RocketMQContext>().getGroup()}: filter of ${host.getType()}: ${error.message}`);
    return throwError(() => error);
  }
}

const calls: string[] = [];
const tagged = (group: string, tag: string) => RocketMQListener({ topic: 'rows', group, selector: { tag }, ...from });

/** The same handlers, to be put on a controller and on a provider. */
function listenersOf(group: string) {
  class Rows {
    @tagged(group, 'value')
    value(@Payload('id') id: number, @Ctx() context: RocketMQContext) {
      calls.push(`${group} value ${id} ${context.getPattern()} ${context.getMetadata().trace} ${currentDelivery()?.getAttempt()}`);
      return { id };
    }
    @tagged(group, 'undefined')
    nothing() {
      return undefined;
    }
    @tagged(group, 'promise')
    async promise() {
      return Promise.resolve(1);
    }
    @tagged(group, 'stream')
    stream() {
      return of(1, 2);
    }
    @tagged(group, 'empty-stream')
    emptyStream() {
      return EMPTY;
    }
    @tagged(group, 'error')
    @UseInterceptors(Watches)
    error() {
      throw new TypeError('the cause');
    }
    @tagged(group, 'http')
    http() {
      throw new HttpException('teapot', 418);
    }
    @tagged(group, 'failing-stream')
    failingStream() {
      return throwError(() => new RangeError('in the stream'));
    }
    @tagged(group, 'pipe')
    @UsePipes(Refuses)
    pipe(@Payload() payload: unknown) {
      calls.push(`never ${String(payload)}`);
    }
    @tagged(group, 'rpc-text')
    rpcText() {
      throw new RpcException('text');
    }
    @tagged(group, 'rpc-object')
    rpcObject() {
      throw new RpcException({ code: 7 });
    }
    @tagged(group, 'whole')
    whole() {
      throw new Whole(9);
    }
    @tagged(group, 'reject')
    reject() {
      throw new RejectException('never again');
    }
    @tagged(group, 'guard')
    @UseGuards(Denies)
    guard() {
      calls.push('never');
    }
    @tagged(group, 'filter')
    @UseFilters(PassesOn)
    filter() {
      throw new SyntaxError('filtered');
    }
  }
  return Rows;
}

@Controller()
class OnController extends listenersOf('controller') {
  // Two listeners of one topic and tag, of two groups: each has its own end.
  @RocketMQListener({ topic: 'twice', group: 'twice-fails', ...from })
  fails() {
    throw new Error('one of two');
  }
  @RocketMQListener({ topic: 'twice', group: 'twice-works', ...from })
  works() {
    calls.push('twice');
  }
  @RocketMQListener({ topic: 'asked', group: 'asked', selector: { tag: 'value' }, ...from })
  answer(@Payload('sku') sku: string) {
    return { sku };
  }
  @RocketMQListener({ topic: 'asked', group: 'asked', selector: { tag: 'rpc' }, ...from })
  answerWithError() {
    throw new RpcException({ message: 'no stock', code: 'E7' });
  }
  @RocketMQListener({ topic: 'asked', group: 'asked', selector: { tag: 'error' }, ...from })
  answerWithCause() {
    throw new Error('password is secret');
  }
}

@Injectable()
class OnProvider extends listenersOf('provider') {}

interface Row {
  readonly tag: string;
  readonly end: string;
  readonly fate: string;
  /** Class and message of what policies and observers see; of a guard only the message, whose class differs. */
  readonly error?: string;
}
const rows: readonly Row[] = [
  { tag: 'value', end: 'returned', fate: 'consumed' },
  { tag: 'undefined', end: 'returned', fate: 'consumed' },
  { tag: 'promise', end: 'returned', fate: 'consumed' },
  { tag: 'stream', end: 'returned', fate: 'consumed' },
  { tag: 'empty-stream', end: 'returned', fate: 'consumed' },
  { tag: 'error', end: 'threw', fate: 'retry', error: 'TypeError: the cause' },
  { tag: 'http', end: 'threw', fate: 'retry', error: 'HttpException: teapot' },
  { tag: 'failing-stream', end: 'threw', fate: 'retry', error: 'RangeError: in the stream' },
  { tag: 'pipe', end: 'validation failed', fate: 'dead letter', error: 'BadRequestException: no valid payload' },
  { tag: 'rpc-text', end: 'threw', fate: 'retry', error: 'RpcException: text' },
  { tag: 'rpc-object', end: 'threw', fate: 'retry', error: 'RpcException: Rpc Exception' },
  { tag: 'whole', end: 'threw', fate: 'retry', error: 'Whole: whole' },
  { tag: 'reject', end: 'threw RejectException', fate: 'dead letter', error: 'RejectException: never again' },
  { tag: 'guard', end: 'guard denied', fate: 'dead letter', error: 'Forbidden resource' },
  { tag: 'filter', end: 'threw', fate: 'retry', error: 'SyntaxError: filtered' },
];

describe('what a handler ends with', () => {
  let testing: RocketMQTesting;
  let app: INestApplication;
  const reports: DeliveryReport[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const reported = (count: number) =>
    new Promise<void>((resolve) => {
      if (reports.length >= count) resolve();
      else waiting.push({ count, resolve });
    });
  const find = (group: string, tag: string, attempt: number) =>
    reports.filter(({ context }) => context.getGroup() === group && context.getMessage().tags === tag && context.getAttempt() === attempt);

  beforeAll(async () => {
    Logger.overrideLogger(false);
    testing = await RocketMQTesting.start({ topics: ['rows', 'twice', 'asked'] });
    @Module({ imports: [RocketMQTestingModule.forRoot({ testing })], controllers: [OnController], providers: [OnProvider] })
    class App {}
    app = await NestFactory.create(App, { logger: false, abortOnError: false });
    app.get(RocketMQConnection).observers.add({
      ended: (report) => {
        reports.push(report);
        for (const { count, resolve } of waiting) if (reports.length >= count) resolve();
      },
    });
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    await app.startAllMicroservices();
    await app.init();
    const template = app.get(RocketMQTemplate);
    for (const { tag } of rows) await template.send(`rows:${tag}`, { id: 1 }, { properties: { trace: 'abc' } });
    await template.send('twice', 1);
    const first = 2 * rows.length + 2;
    await reported(first);
    await testing.drain();
    await testing.advance(RETRY_MS);
    await reported(first + 2 * rows.filter(({ fate }) => fate === 'retry').length + 1);
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await testing.stop();
  });

  describe.each(['controller', 'provider'])('on a %s', (group) => {
    it.each(rows)('$tag: $end, $fate', async ({ tag, end, fate, error }) => {
      const [report, ...more] = find(group, tag, 1);
      expect(more).toEqual([]);
      expect(report).toMatchObject({ end, fate });
      const seen = report?.error;
      if (error === undefined) expect(seen).toBeUndefined();
      else expect(error.includes(':') ? `${seen?.constructor.name}: ${seen?.message}` : seen?.message).toBe(error);
      expect(find(group, tag, 2).length).toBe(fate === 'retry' ? 1 : 0);
      const dead = await testing.published(`%DLQ%${group}`);
      expect(dead.filter((message) => message.tag === tag).length).toBe(fate === 'dead letter' ? 1 : 0);
    });

    it('gets the payload, the pattern, the metadata and its own delivery', () => {
      expect(calls).toContain(`${group} value 1 rows abc 1`);
    });

    it('hands on what an RpcException holds', () => {
      expect((find(group, 'rpc-object', 1)[0]?.error as RpcException).getError()).toEqual({ code: 7 });
      expect((find(group, 'whole', 1)[0]?.error as Whole).code).toBe(9);
    });
  });

  it('shows interceptors and filters the original error, in an rpc context', () => {
    const of = (group: string) => [
      `${group} 1: rpc true`,
      `${group} 1: the cause`,
      `${group} 2: the cause`,
      `${group}: filter of rpc: filtered`,
    ];
    expect(intercepted).toEqual(expect.arrayContaining([...of('controller'), ...of('provider')]));
  });

  it('never called what a guard or a pipe refused', () => {
    expect(calls.filter((call) => call.startsWith('never'))).toEqual([]);
  });

  it('gives each of two listeners of one message its own end', () => {
    const of = (group: string) => reports.filter(({ context }) => context.getGroup() === group).map(({ fate }) => fate);
    expect(of('twice-works')).toEqual(['consumed']);
    expect(of('twice-fails').slice(0, 2)).toEqual(['retry', 'retry']);
    expect(calls.filter((call) => call === 'twice')).toEqual(['twice']);
  });

  it('answers a request with the value, the RpcException, or an error without its cause', async () => {
    const client = new RocketMQClient({ connection: app.get(RocketMQConnection) });
    const ask = (tag: string) => lastValueFrom(client.send<unknown>(`asked:${tag}`, { sku: 'x' })).catch((error: unknown) => error);
    expect(await ask('value')).toEqual({ sku: 'x' });
    const refused = await ask('rpc');
    expect((refused as RpcException).getError()).toMatchObject({ status: 'error', message: 'no stock', code: 'E7' });
    const failed = await ask('error');
    expect(JSON.stringify((failed as RpcException).getError())).not.toContain('secret');
    await client.close();
  });
});
