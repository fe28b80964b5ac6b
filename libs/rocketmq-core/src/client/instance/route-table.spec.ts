import type { TopicRouteData } from '../../protocol/index.js';
import { RouteTable } from './route-table.js';

interface BrokerSpec {
  readonly name: string;
  readonly addresses: Record<number, string>;
  readonly read?: number;
  readonly write?: number;
  readonly perm?: number;
}

const routeOf = (brokers: readonly BrokerSpec[], orderTopicConf?: string) =>
  ({
    orderTopicConf,
    brokerDatas: brokers.map(({ name, addresses }) => ({
      cluster: 'C',
      brokerName: name,
      brokerAddrs: new Map(Object.entries(addresses).map(([id, address]) => [Number(id), address])),
    })),
    queueDatas: brokers.map(({ name, read = 2, write = 2, perm = 6 }) => ({
      brokerName: name,
      readQueueNums: read,
      writeQueueNums: write,
      perm,
      topicSysFlag: 0,
    })),
  }) as unknown as TopicRouteData;

const tableOf = (...args: Parameters<typeof routeOf>) => {
  const table = new RouteTable();
  table.set('T', routeOf(...args));
  return table;
};
const names = (queues: readonly { brokerName: string; queueId: number }[]) => queues.map((queue) => `${queue.brokerName}${queue.queueId}`);

describe('RouteTable', () => {
  it('makes sorted queues of the read and the write numbers', () => {
    const table = tableOf([
      { name: 'z', addresses: { 0: 'z:1' }, read: 1, write: 2 },
      { name: 'a', addresses: { 0: 'a:1' }, read: 2, write: 1 },
    ]);
    expect(names(table.publishQueues('T'))).toEqual(['a0', 'z0', 'z1']);
    expect(names(table.subscribeQueues('T'))).toEqual(['a0', 'a1', 'z0']);
  });

  it('heeds permissions, and sends only where there is a master', () => {
    const table = tableOf([
      { name: 'readonly', addresses: { 0: 'a:1' }, perm: 4 },
      { name: 'writeonly', addresses: { 0: 'b:1' }, perm: 2 },
      { name: 'slaves', addresses: { 1: 'c:1' } },
    ]);
    expect(names(table.publishQueues('T'))).toEqual(['writeonly0', 'writeonly1']);
    expect(names(table.subscribeQueues('T'))).toEqual(['readonly0', 'readonly1', 'slaves0', 'slaves1']);
  });

  it('takes the queues of an ordered topic as its configuration lists them', () => {
    const table = tableOf([{ name: 'a', addresses: { 0: 'a:1' } }], 'z:1;a:2;broken');
    expect(names(table.publishQueues('T'))).toEqual(['z0', 'a0', 'a1']);
  });

  it('reads from the wanted broker, else the next, else any', () => {
    const table = tableOf([{ name: 'a', addresses: { 0: 'm:1', 2: 's2:1' } }]);
    expect(table.readAddress('a', 0)?.address).toBe('m:1');
    expect(table.readAddress('a', 1)?.address).toBe('s2:1');
    expect(table.readAddress('a', 7)).toMatchObject({ address: 'm:1', brokerId: 0 });
    expect(table.readAddress('unknown', 0)).toBeUndefined();
  });

  it('lets the newest route name the address of a broker', () => {
    const table = tableOf([{ name: 'a', addresses: { 0: 'old:1' } }]);
    table.set('U', routeOf([{ name: 'a', addresses: { 0: 'older:1' } }]));
    table.set('T', routeOf([{ name: 'a', addresses: { 0: 'new:1' } }]));
    expect(table.masterAddress('a')).toBe('new:1');
    expect(table.brokersOf('U')).toEqual(['new:1']);
  });

  it('forgets addresses that no route names', () => {
    const table = tableOf([{ name: 'a', addresses: { 0: 'a:1', 1: 'a:2' } }]);
    table.set('T', routeOf([{ name: 'b', addresses: { 0: 'b:1' } }]));
    expect(table.allBrokers).toEqual([{ brokerName: 'b', brokerId: 0, address: 'b:1' }]);
  });

  it('does not trust a name server with its memory', () => {
    const table = tableOf([{ name: 'a', addresses: { 0: 'a:1' }, read: 2 ** 31 - 1, write: -5 }]);
    expect(table.subscribeQueues('T')).toHaveLength(65_536);
    expect(table.publishQueues('T')).toHaveLength(0);
  });

  it('tells whether the queues changed', () => {
    const table = new RouteTable();
    const route = () => routeOf([{ name: 'a', addresses: { 0: 'a:1' } }]);
    expect(table.set('T', route())).toBe(true);
    expect(table.set('T', route())).toBe(false);
    expect(table.set('T', routeOf([{ name: 'a', addresses: { 0: 'a:1' }, read: 3 }]))).toBe(true);
  });
});
