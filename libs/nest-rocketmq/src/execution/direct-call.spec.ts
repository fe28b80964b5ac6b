import 'reflect-metadata';
import {
  createParamDecorator,
  ParseIntPipe,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type CanActivate,
  type ExceptionFilter,
} from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { RocketMQListener } from '../decorators/rocketmq-listener.decorator.js';
import { RocketMQContext } from '../listener/rocketmq.context.js';
import { directCall } from './direct-call.js';

const listens = () => RocketMQListener({ topic: 't', group: 'g' });
const context = () =>
  new RocketMQContext({ messages: [{} as never], group: 'g', listener: 'l', connection: 'c', signal: () => new AbortController().signal });
const guard: CanActivate = { canActivate: () => true };
const filter: ExceptionFilter = { catch: () => undefined };
const Custom = createParamDecorator(() => 1);

class Plain {
  readonly name = 'plain';

  @listens()
  bare(...args: unknown[]): unknown[] {
    return [this.name, ...args];
  }
  @listens()
  placed(_first: unknown, @Ctx() given: unknown, @Payload('id') id: unknown, @Payload() payload: unknown): unknown[] {
    return [_first, given, id, payload];
  }
  @listens()
  throws(): never {
    throw new TypeError('its own');
  }
  @listens()
  @UseGuards(guard)
  guarded(): void {}
  @UseInterceptors({ intercept: (_, next) => next.handle() })
  @listens()
  intercepted(): void {}
  @listens()
  @UseFilters(filter)
  filtered(): void {}
  @listens()
  @UsePipes(ParseIntPipe)
  piped(@Payload() payload: number): number {
    return payload;
  }
  @listens()
  pipedParameter(@Payload('id', ParseIntPipe) id: number): number {
    return id;
  }
  @listens()
  custom(@Custom() value: number): number {
    return value;
  }
}

@UseGuards(guard)
class GuardedClass {
  @listens()
  bare(): void {}
}
class Inherits extends GuardedClass {}

const directOf = (instance: object, methodName: string) =>
  directCall({ instance, methodName, method: (instance as Record<string, () => unknown>)[methodName] as () => unknown });

describe('directCall', () => {
  it('gives a method without parameter decorators the payload and the context', () => {
    const given = context();
    expect(directOf(new Plain(), 'bare')?.('payload', given)).toEqual(['plain', 'payload', given]);
    expect(given.entered).toBe(true);
  });

  it('puts what @Payload and @Ctx ask for into its place', () => {
    const given = context();
    const direct = directOf(new Plain(), 'placed');
    expect(direct?.({ id: 7 }, given)).toEqual([undefined, given, 7, { id: 7 }]);
    expect(direct?.(null, given)).toEqual([undefined, given, undefined, null]);
  });

  it('lets errors through as they are', () => {
    expect(() => directOf(new Plain(), 'throws')?.(1, context())).toThrow(new TypeError('its own'));
  });

  it.each(['guarded', 'intercepted', 'filtered', 'piped', 'pipedParameter', 'custom'])(
    'leaves a method to Nest that is %s',
    (methodName) => {
      expect(directOf(new Plain(), methodName)).toBeUndefined();
    },
  );

  it('leaves the methods of a class with enhancers to Nest, inherited ones too', () => {
    expect(directOf(new GuardedClass(), 'bare')).toBeUndefined();
    expect(directOf(new Inherits(), 'bare')).toBeUndefined();
  });
});
