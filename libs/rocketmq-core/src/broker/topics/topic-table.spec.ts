import type { TopicConfig } from '../../protocol/index.js';
import { systemTopicsOf } from './system-topics.js';
import { newTopicConfig, TopicTable } from './topic-table.js';

const settings = {
  ...{ brokerClusterName: 'C', brokerName: 'b', autoCreateTopicEnable: true, defaultTopicQueueNums: 8, clusterTopicEnable: true },
  ...{ brokerTopicEnable: true, traceTopicEnable: false, msgTraceTopicName: 'RMQ_SYS_TRACE_TOPIC', timerWheelEnable: true },
};

function setUp() {
  const changes: string[][] = [];
  const table = new TopicTable({
    now: () => 9,
    onChange: (changed: readonly TopicConfig[]) => void changes.push(changed.map((one) => one.topicName)),
  });
  table.addSystemTopics(systemTopicsOf(settings));
  return { table, changes };
}
const wish = (topic: string, queues = 4) => ({ topic, queues, topicSysFlag: 0 });

describe('TopicTable', () => {
  it('makes a topic after its model: fewer queues, no right to inherit', () => {
    const { table, changes } = setUp();
    expect(table.createFrom('TBW102', wish('T'), true)).toMatchObject({ topicName: 'T', readQueueNums: 4, writeQueueNums: 4, perm: 6 });
    expect(table.createFrom('TBW102', wish('Wide', 100), true)).toMatchObject({ readQueueNums: 8, writeQueueNums: 8 });
    expect(table.createFrom('TBW102', wish('None', -3), true)).toMatchObject({ readQueueNums: 0 });
    expect(changes).toEqual([['T'], ['Wide'], ['None']]);
    expect(table.dataVersion).toEqual({ counter: 3, stateVersion: 0, timestamp: 9 });
  });

  it('makes none after a model that is missing, may not be inherited, or is switched off', () => {
    const { table, changes } = setUp();
    expect(table.createFrom('NoModel', wish('T'), true)).toBeUndefined();
    expect(table.createFrom('BenchmarkTest', wish('T'), true)).toBeUndefined();
    expect(table.createFrom('TBW102', wish('T'), false)).toBeUndefined();
    expect(table.createFrom('b', wish('T'), false)).toMatchObject({ readQueueNums: 1 });
    expect(changes).toEqual([['T']]);
  });

  it('keeps a retry topic as it is until its order changes', () => {
    const { table, changes } = setUp();
    table.ensure(wish('%RETRY%G', 1), false);
    table.put(newTopicConfig('%RETRY%G', 5));
    table.ensure(wish('%RETRY%G', 1), false);
    expect(table.find('%RETRY%G')?.readQueueNums).toBe(5);
    table.ensure(wish('%RETRY%G', 1), true);
    expect(table.find('%RETRY%G')).toMatchObject({ readQueueNums: 5, order: true });
    expect(changes).toHaveLength(3);
  });

  it('marks as ordered what is there and not ordered yet', () => {
    const { table, changes } = setUp();
    table.put(newTopicConfig('T', 1));
    table.markOrdered(['T', 'Unknown']);
    table.markOrdered(['T', 'Unknown']);
    expect(table.find('T')?.order).toBe(true);
    expect(changes).toEqual([['T'], ['T']]);
  });

  it('restores names that can be topics, over those of the first start', () => {
    const { table, changes } = setUp();
    const named = (name: string, queues = 3) => [name, newTopicConfig(name, queues)] as const;
    const topics = new Map([named('Kept'), named('TBW102'), named('../up'), ['Other', newTopicConfig('Another', 1)] as const]);
    expect(table.restore({ dataVersion: { counter: 7, stateVersion: 0, timestamp: 1 }, topics })).toEqual(['../up', 'Other']);
    expect(table.find('Kept')?.readQueueNums).toBe(3);
    expect(table.find('TBW102')?.readQueueNums).toBe(3);
    expect(table.find('../up')).toBeUndefined();
    expect(table.dataVersion.counter).toBe(7);
    expect(changes).toEqual([]);
  });
});
