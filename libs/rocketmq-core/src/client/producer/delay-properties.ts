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
  // Few messages wait, and all are asked: no list is made for them.
  let wish: (typeof wishes)[number] | undefined;
  for (const other of wishes) {
    if (message[other.field] === undefined) continue;
    if (wish !== undefined) throw new InvalidInput(other.field, `a message is delayed by ${wish.field} or by ${other.field}, not by both`);
    wish = other;
  }
  return wish && [wish.property, wish.textOf(message)];
}

function wholeText(field: string, value: number | undefined, min: number): string {
  if (value === undefined || !Number.isSafeInteger(value) || value < min)
    throw new InvalidInput(field, `${field} ${value} is no whole number from ${min} on`);
  return String(value);
}
