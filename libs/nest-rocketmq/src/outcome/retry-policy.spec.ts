import { jest } from '@jest/globals';
import { receivedMessage } from '../../test/message.js';
import { Ack, Reject, Retry } from './outcome.js';
import { decideFailure, type FailedDelivery, type RetryPolicy } from './retry-policy.js';

class Busy extends Error {}
class VeryBusy extends Busy {}

const failed = (parts: Partial<FailedDelivery> = {}): FailedDelivery => ({
  ...{ error: new Error('bad'), end: 'threw' as const, message: receivedMessage(), attempt: 1 },
  ...parts,
});
const noComplaint = () => {
  throw new Error('no policy should have failed');
};
const decide = (policy: RetryPolicy, about: Partial<FailedDelivery>, connection?: RetryPolicy) =>
  decideFailure(failed(about), [policy, connection], noComplaint);

describe('decideFailure', () => {
  it.each([
    ['threw', Retry()],
    ['timed out', Retry()],
    ['decode failed', Reject('bad')],
    ['validation failed', Reject('bad')],
    ['guard denied', Reject('bad')],
  ] as const)('goes by the table without a policy: %s', (end, outcome) => {
    expect(decide({}, { end })).toEqual(outcome);
  });

  it.each<[string, RetryPolicy, Error, ReturnType<typeof Retry>]>([
    ['a class', { rejectOn: [Busy] }, new Busy('x'), Reject('x')],
    ['a class above it', { rejectOn: [Busy] }, new VeryBusy('x'), Reject('x')],
    ['the name of a class', { ackOn: ['Busy'] }, new VeryBusy('x'), Ack],
    ['the name of the error', { ackOn: ['AbortError'] }, Object.assign(new Error('x'), { name: 'AbortError' }), Ack],
    ['none of its classes', { rejectOn: [Busy] }, new Error('x'), Retry()],
    ['a class that may be repeated', { retryOn: [Busy] }, new Busy('x'), Retry()],
    ['none of those that may be repeated', { retryOn: [Busy] }, new Error('x'), Reject('x')],
    ['a decision', { decide: ({ error }) => Reject(`${error.message}!`), ackOn: [Error] }, new Error('x'), Reject('x!')],
    ['no decision', { decide: () => undefined, ackOn: [Error] }, new Error('x'), Ack],
  ])('goes by %s', (_what, policy, error, outcome) => {
    expect(decide(policy, { error })).toEqual(outcome);
  });

  it('leaves failures before the handler to the table although only some errors may be repeated', () => {
    expect(decide({ retryOn: [Busy] }, { end: 'timed out' })).toEqual(Retry());
    expect(decide({ retryOn: [Busy] }, { end: 'validation failed', error: new Busy('x') })).toEqual(Retry());
  });

  it('asks the listener before the connection', () => {
    expect(decide({ ackOn: [Busy] }, { error: new Busy('x') }, { rejectOn: [Busy] })).toBe(Ack);
    expect(decide({}, { error: new Busy('x') }, { rejectOn: [Busy] })).toEqual(Reject('x'));
  });

  it.each([
    [1, 10],
    [2, 20],
    [9, 20],
  ])('takes the delay of attempt %i from a list', (attempt, delayMs) => {
    expect(decide({ backoff: [10, 20] }, { attempt })).toEqual(Retry({ delayMs }));
  });

  it('computes the delay, and leaves it to the broker where there is none', () => {
    expect(decide({ backoff: ({ attempt }) => attempt * 7 }, { attempt: 3 })).toEqual(Retry({ delayMs: 21 }));
    expect(decide({ backoff: () => undefined }, {})).toEqual(Retry());
    expect(decide({ backoff: [] }, {})).toEqual(Retry());
    expect(decide({ decide: () => Retry({ delayLevel: 4 }), backoff: [10] }, {})).toEqual(Retry({ delayLevel: 4 }));
  });

  it('does not ask a policy where the handler has spoken', () => {
    const ask = jest.fn(() => Ack);
    expect(decide({ decide: ask }, { end: 'threw RejectException' })).toEqual(Reject('bad'));
    expect(ask).not.toHaveBeenCalled();
  });

  it('goes on without a policy that throws', () => {
    const complain = jest.fn();
    const broken: RetryPolicy = {
      decide: () => {
        throw new TypeError('broken policy');
      },
    };
    expect(decideFailure(failed(), [broken, { ackOn: [Error] }], complain)).toBe(Ack);
    expect(complain).toHaveBeenCalledWith(new TypeError('broken policy'));
  });
});
