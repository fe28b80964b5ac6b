import { PropertyName } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { OutgoingMessage } from '../message-types.js';

type Delay = Pick<OutgoingMessage, 'delayTimeLevel' | 'delaySec' | 'delayMs' | 'deliverAt'>;

const wishes = [
  {
    field: 'delayTimeLevel',
    property: PropertyName.DELAY,
    textOf: ({ delayTimeLevel }: Delay) => wholeText('delayTimeLevel', delayTimeLevel, 1),
  },
  { field: 'delaySec', property: PropertyName.TIMER_DELAY_SEC, textOf: ({ delaySec }: Delay) => wholeText('delaySec', delaySec, 0) },
  { field: 'delayMs', property: PropertyName.TIMER_DELAY_MS, textOf: ({ delayMs }: Delay) => wholeText('delayMs', delayMs, 0) },
  {
    field: 'deliverAt',
    property: PropertyName.TIMER_DELIVER_MS,
    textOf: ({ deliverAt }: Delay) => wholeText('deliverAt', deliverAt instanceof Date ? deliverAt.getTime() : deliverAt, 1),
  },
] as const;

/**
 * The property by which a message asks to be delivered later; undefined when it does not.
 * @throws InvalidInput for two wishes, and for one that is no whole number
 */
export function delayProperty(message: Delay): readonly [name: string, value: string] | undefined {
  // Few messages wait, and all are asked.
  if (
    message.delayTimeLevel === undefined &&
    message.delaySec === undefined &&
    message.delayMs === undefined &&
    message.deliverAt === undefined
  )
    return undefined;
  const [wish, ...others] = wishes.filter(({ field }) => message[field] !== undefined);
  if (wish === undefined) return undefined;
  const [other] = others;
  if (other !== undefined) throw new InvalidInput(other.field, `a message is delayed by ${wish.field} or by ${other.field}, not by both`);
  return [wish.property, wish.textOf(message)];
}

function wholeText(field: string, value: number | undefined, min: number): string {
  if (value === undefined || !Number.isSafeInteger(value) || value < min)
    throw new InvalidInput(field, `${field} ${value} is no whole number from ${min} on`);
  return String(value);
}
