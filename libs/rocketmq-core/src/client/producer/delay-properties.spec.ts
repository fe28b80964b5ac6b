import { isInvalidInput } from '../errors.js';
import { delayProperty } from './delay-properties.js';

describe('delayProperty', () => {
  it.each([
    [{}, undefined],
    [{ delayTimeLevel: 3 }, ['DELAY', '3']],
    [{ delaySec: 10 }, ['TIMER_DELAY_SEC', '10']],
    [{ delayMs: 0 }, ['TIMER_DELAY_MS', '0']],
    [{ deliverAt: 1_700_000_000_000 }, ['TIMER_DELIVER_MS', '1700000000000']],
    [{ deliverAt: new Date(1_700_000_000_000) }, ['TIMER_DELIVER_MS', '1700000000000']],
  ])('of %j is %j', (message, property) => {
    expect(delayProperty(message)).toEqual(property);
  });

  it.each([
    [{ delayTimeLevel: 0 }, 'delayTimeLevel'],
    [{ delaySec: 1.5 }, 'delaySec'],
    [{ delayMs: -1 }, 'delayMs'],
    [{ deliverAt: new Date(NaN) }, 'deliverAt'],
    [{ delayTimeLevel: 1, delayMs: 5 }, 'delayMs'],
  ])('refuses %j', (message, field) => {
    let caught: unknown;
    try {
      delayProperty(message);
    } catch (error) {
      caught = error;
    }
    expect(isInvalidInput(caught) && caught.field).toBe(field);
  });
});
