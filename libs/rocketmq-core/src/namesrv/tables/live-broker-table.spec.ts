import { initialDataVersion } from '../../protocol/index.js';
import { LiveBrokerTable } from './live-broker-table.js';

const broker = (address: string, peerId: number, heartbeatTimeoutMs = 120_000) => ({
  ...{ cluster: 'C', address, brokerName: 'b', brokerId: 0, haServerAddr: '', filterServers: [], dataVersion: initialDataVersion },
  ...{ peerId, heartbeatTimeoutMs },
});
const addresses = (brokers: readonly { address: string }[]) => brokers.map(({ address }) => address);

describe('LiveBrokerTable', () => {
  it('finds brokers that were silent for longer than they promised', () => {
    const table = new LiveBrokerTable();
    table.put(broker('a:1', 1), 0);
    table.put(broker('b:1', 2, 5000), 0);
    expect(addresses(table.silent(5000))).toEqual([]);
    expect(addresses(table.silent(5001))).toEqual(['b:1']);
    expect(table.touch({ cluster: 'C', address: 'b:1' }, 5001)).toBe(true);
    expect(addresses(table.silent(10_001))).toEqual([]);
    expect(addresses(table.silent(120_001))).toEqual(['a:1', 'b:1']);
    expect(table.touch({ cluster: 'D', address: 'b:1' }, 0)).toBe(false);
  });

  it('finds the brokers of one connection, of the last registration only', () => {
    const table = new LiveBrokerTable();
    table.put(broker('a:1', 1), 0);
    table.put(broker('b:1', 1), 0);
    table.put(broker('a:1', 2), 0);
    expect(addresses(table.ofPeer(1))).toEqual(['b:1']);
  });

  it('tells apart what only together looks alike', () => {
    const table = new LiveBrokerTable();
    table.put({ ...broker('1:1', 1), cluster: 'C:' }, 0);
    expect(table.get({ cluster: 'C', address: ':1:1' })).toBeUndefined();
    expect(table.remove({ cluster: 'C:', address: '1:1' })).toBe(true);
    expect(table.size).toBe(0);
  });
});
