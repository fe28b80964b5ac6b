import { ConfiguredListeners } from './configured-listeners.js';
import type { DeclaredListener, ListenerConfiguration } from './listener-options.js';
import { resolveListener } from './resolve-listener.js';
import type { SettingSource } from './setting.js';

const values: Record<string, unknown> = { TOPIC: 'orders', SIZE: 3 };
const source: SettingSource = { get: (token) => values[String(token)] as never };
const resolve = (declared: Partial<DeclaredListener>, configured: Record<string, ListenerConfiguration> = {}) =>
  resolveListener({ name: 'A.on', ...declared }, { configured: new ConfiguredListeners(configured), source });

describe('resolveListener', () => {
  it('gives plain values their defaults', () => {
    expect(resolve({ topic: 'orders', group: 'g' })).toEqual({
      ...{ id: 'A.on', name: 'A.on', topics: ['orders'], group: 'g', orderly: false },
      selector: { tag: '*' },
    });
  });

  it('asks the application where a setting is a function', () => {
    const settings = resolve({
      topic: ({ get }) => [get<string>('TOPIC'), 'b', 'b'],
      group: ({ get }) => `${get<string>('TOPIC')}-group`,
      selector: { tag: ({ get }) => get<string>('TOPIC').slice(0, 2) },
      concurrency: ({ get }) => get<number>('SIZE'),
      autoStart: () => false,
    });
    expect(settings).toMatchObject({
      topics: ['orders', 'b'],
      group: 'orders-group',
      selector: { tag: 'or' },
      concurrency: 3,
      autoStart: false,
    });
  });

  it('takes what is configured under its key before what it says itself', () => {
    const configured = { billing: { topic: 'configured', selector: { sql: 'a = 1' }, maxReconsumeTimes: 2, concurrency: undefined } };
    const settings = resolve({ listener: 'billing', topic: 'own', group: 'g', concurrency: 4, id: 'bill' }, configured);
    expect(settings).toMatchObject({
      id: 'bill',
      topics: ['configured'],
      group: 'g',
      selector: { sql: 'a = 1' },
      maxReconsumeTimes: 2,
      concurrency: 4,
    });
  });

  it('listens to the dead letters of a group', () => {
    expect(resolve({ deadLettersOf: 'billing' })).toMatchObject({ topics: ['%DLQ%billing'], group: 'billing-dead-letters' });
    expect(resolve({ deadLettersOf: () => 'b', group: 'own' })).toMatchObject({ topics: ['%DLQ%b'], group: 'own' });
  });

  it.each<[string, Partial<DeclaredListener>]>([
    ['A.on has no topic', { group: 'g' }],
    ['A.on has no topic', { group: 'g', topic: [] }],
    ['A.on has no group', { topic: 't' }],
    ['A.on has no group', { topic: 't', group: ({ get }) => get('NOTHING') }],
    ['A.on names the listener other, which "listeners" of the module does not have', { listener: 'other' }],
    ['A.on consumes in order, which broadcasting does not do', { topic: 't', group: 'g', orderly: true, broadcasting: true }],
    [
      'topic of A.on cannot be resolved',
      {
        group: 'g',
        topic: () => {
          throw new Error('no such variable');
        },
      },
    ],
  ])('says what is wrong: %s', (message, declared) => {
    expect(() => resolve(declared)).toThrow(message);
  });

  it('refuses a key that is configured twice', () => {
    const configured = new ConfiguredListeners({ a: {} });
    expect(() => configured.add({ a: {} })).toThrow('the listener a is configured twice');
  });
});
