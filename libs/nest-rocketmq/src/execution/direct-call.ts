import type { RocketMQContext } from '../listener/rocketmq.context.js';
import { KeepErrorInterceptor } from './keep-error.interceptor.js';
import { isMessageParam, PARAM_METADATA, paramValue } from './message-params.js';

export type MessageHandler = (payload: unknown, context: RocketMQContext) => unknown;

interface ListenerMethod {
  readonly instance: object;
  readonly method: (...args: unknown[]) => unknown;
  readonly methodName: string;
}

/** What `@Payload` and `@Ctx` leave of a parameter. */
interface Param {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes?: readonly unknown[];
  /** Of Nest 12: what validates the value. */
  readonly schema?: unknown;
}

/** Where Nest keeps what `@UseGuards` and its kin say. The names are not exported by the root of @nestjs/common. */
const ENHANCERS = ['__guards__', '__interceptors__', '__pipes__', '__exceptionFilters__'];

function isEnhanced(target: object): boolean {
  return ENHANCERS.some((key) => {
    const enhancers = Reflect.getMetadata(key, target) as readonly unknown[] | undefined;
    return enhancers?.some((enhancer) => enhancer !== KeepErrorInterceptor) === true;
  });
}

/**
 * Calls the method itself, where nothing stands between it and its message: no guard, interceptor, pipe or filter of the class, the method or a parameter.
 * Nest's pipeline makes a dozen promises and as many streams for each message, whether or not it has anything to do.
 * @returns undefined when it has
 */
export function directCall({ instance, method, methodName }: ListenerMethod): MessageHandler | undefined {
  const { constructor } = instance;
  if (isEnhanced(constructor) || isEnhanced(method)) return undefined;
  const metadata = Reflect.getMetadata(PARAM_METADATA, constructor, methodName) as Readonly<Record<string, Param>> | undefined;
  const params = Object.entries(metadata ?? {});
  const plain = ([key, { pipes = [], schema }]: [string, Param]) => isMessageParam(key) && pipes.length === 0 && schema === undefined;
  if (!params.every(plain)) return undefined;
  const argsOf = params.length === 0 ? asGiven : argsFrom(params);
  return (payload, context) => {
    context.entered = true;
    return method.apply(instance, argsOf([payload, context]));
  };
}

const asGiven = (args: unknown[]): unknown[] => args;

function argsFrom(params: readonly [key: string, param: Param][]): (given: unknown[]) => unknown[] {
  const wanted = params.map(([key, { index, data }]) => ({ index, data, type: Number.parseInt(key) }));
  const length = Math.max(...wanted.map(({ index }) => index)) + 1;
  return (given) => {
    const args = new Array<unknown>(length).fill(undefined);
    for (const { index, data, type } of wanted) args[index] = paramValue(type, data, given);
    return args;
  };
}
