import { currentDelivery } from '../execution/delivery-scope.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Notes in the delivery that the method itself was reached: what failed before is no fault of the handler. The metadata of decorators below goes
 * along; those above find it on the new method.
 */
export const MarkEntry: MethodDecorator = (_target, propertyKey, descriptor) => {
  const original = descriptor.value as Method | undefined;
  if (typeof original !== 'function') return;
  const marking: Method = function (...args) {
    const delivery = currentDelivery();
    if (delivery !== undefined) delivery.entered = true;
    return original.apply(this, args);
  };
  for (const key of Reflect.getMetadataKeys(original) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), marking);
  }
  Object.defineProperty(marking, 'name', { value: String(propertyKey) });
  Object.defineProperty(marking, 'length', { value: original.length });
  descriptor.value = marking as never;
};
