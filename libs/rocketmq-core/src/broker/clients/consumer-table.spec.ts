import type { ConsumerData, SubscriptionData } from '../../protocol/index.js';
import type { Peer } from '../../remoting/index.js';
import { ConsumerTable } from './consumer-table.js';
import type { Member } from './producer-table.js';
import { filterOf, subscriptionOf } from '../filtering/tag-filter.js';

const member = (id: number, lastHeartbeatMs = 0): Member => ({
  peer: { id } as Peer,
  clientId: `c${id}`,
  language: 'JAVA',
  version: 479,
  lastHeartbeatMs,
});
const on = (topic: string, subVersion = 1, expression = '*'): SubscriptionData => ({ ...subscriptionTo(topic, expression), subVersion });
function subscriptionTo(topic: string, expression: string): SubscriptionData {
  const data = subscriptionOf(topic, expression, 'TAG');
  if (data === undefined) throw new Error(`${expression} is no expression`);
  return data;
}
const group = (...subscriptionDataSet: SubscriptionData[]): ConsumerData => ({
  ...{ groupName: 'G', consumeType: 'CONSUME_PASSIVELY', messageModel: 'CLUSTERING', consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' },
  ...{ subscriptionDataSet, unitMode: false },
});

describe('ConsumerTable', () => {
  it('changes when a member joins or a topic comes or goes, not when an expression does', () => {
    const table = new ConsumerTable();
    expect(table.register({ member: member(1), data: group(on('T')) })).toBe(true);
    expect(table.register({ member: member(1), data: group(on('T')) })).toBe(false);
    expect(table.register({ member: member(2), data: group(on('T')) })).toBe(true);
    expect(table.register({ member: member(1), data: group(on('T', 2, 'A')) })).toBe(false);
    expect(table.find('G')?.subscriptions.get('T')?.data.subString).toBe('A');
    expect(table.register({ member: member(1), data: group(on('T'), on('U')) })).toBe(true);
    expect(table.find('G')?.subscriptions.get('T')?.data.subString).toBe('A');
    expect(table.register({ member: member(1), data: group(on('U')) })).toBe(true);
    expect(table.groupsOf('T')).toEqual([]);
  });

  it('loses a group with its last member', () => {
    const table = new ConsumerTable();
    const [a, b] = [member(1), member(2)];
    table.register({ member: a, data: group(on('T')) });
    table.register({ member: b, data: group(on('T')) });
    expect(table.unregister('G', a.peer)).toBe(true);
    expect(table.unregister('G', a.peer)).toBe(false);
    expect(table.removePeer(b.peer).map(({ name }) => name)).toEqual(['G']);
    expect(table.find('G')).toBeUndefined();
    expect(table.removePeer(b.peer)).toEqual([]);
  });

  it('finds who is silent', () => {
    const table = new ConsumerTable();
    table.register({ member: member(1, 0), data: group() });
    table.register({ member: member(2, 100), data: group() });
    expect(table.expired(150, 100).map(({ id }) => id)).toEqual([1]);
    table.register({ member: member(1, 120), data: group() });
    expect(table.expired(150, 100)).toEqual([]);
  });

  it('remembers subscriptions that came with pulls for a while', () => {
    const table = new ConsumerTable();
    table.notePulled('G', on('T'), 0);
    expect(table.subscription('G', 'T')?.topic).toBe('T');
    table.dropPulled(50, 100);
    expect(table.subscription('G', 'T')).toBeDefined();
    table.dropPulled(101, 100);
    expect(table.subscription('G', 'T')).toBeUndefined();
  });
});

describe('tag expressions', () => {
  const codeOf = (tag: string) => BigInt(subscriptionTo('T', tag).codeSet[0] ?? 0);

  it('name tags, or all', () => {
    expect(subscriptionTo('T', ' A || B||').tagsSet).toEqual(['A', 'B']);
    expect(filterOf(subscriptionTo('T', '*'))).toBeUndefined();
    expect(filterOf(subscriptionTo('T', ''))).toBeUndefined();
    expect(subscriptionOf('T', '||', 'TAG')).toBeUndefined();
    expect(subscriptionOf('T', '', 'SQL92')).toBeUndefined();
  });

  it('match by hash, negative ones too', () => {
    const filter = filterOf(subscriptionTo('T', 'A || polygenelubricants'));
    expect(codeOf('polygenelubricants')).toBeLessThan(0n);
    expect(filter?.(codeOf('A'))).toBe(true);
    expect(filter?.(codeOf('polygenelubricants'))).toBe(true);
    expect(filter?.(codeOf('C'))).toBe(false);
    expect(filter?.(0n)).toBe(false);
  });
});
