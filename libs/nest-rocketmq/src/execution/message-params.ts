// What `@Payload` and `@Ctx` of @nestjs/microservices write; neither the key nor the numbers are exported by the packages' roots.
export const PARAM_METADATA = '__routeArguments__';
const PAYLOAD = 3;
const CONTEXT = 6;

/** Whether the key of a parameter, `type:index`, is one of theirs. Those of custom decorators begin with a name. */
export function isMessageParam(key: string): boolean {
  const type = Number(key.slice(0, key.indexOf(':')));
  return type === PAYLOAD || type === CONTEXT;
}

/** @param args payload and context */
export function paramValue(type: number, key: unknown, args: unknown[]): unknown {
  if (type === CONTEXT) return args[1];
  if (type !== PAYLOAD) return undefined;
  const payload = args[0];
  return typeof key === 'string' && key !== '' ? (payload as Record<string, unknown> | null | undefined)?.[key] : payload;
}
