import { KVConfigSerializeWrapper, ConsumerFilterTable, DelayOffsetSerializeWrapper } from './config-files.js';

describe('configuration files', () => {
  it('keeps an array of numbers on one line', () => {
    const filter = {
      ...{ bornTime: 1, clientVersion: 2, consumerGroup: 'g', dead: false, deadTime: 0, topic: 't' },
      bloomFilterData: { bitNum: 112, bitPos: [90, 22] },
    };
    const table = { filterDataByTopic: new Map([['t', { groupFilterData: new Map([['g', filter]]), topic: 't' }]]) };
    const text = ConsumerFilterTable.encode(table, { pretty: true }).toString();
    expect(text).toContain('"bitNum":112,\n\t\t\t\t\t\t"bitPos":[90,22]\n\t\t\t\t\t},');
    expect(ConsumerFilterTable.decode(text)).toEqual(table);
  });

  it('reads the delay offsets of 4.x', () => {
    expect(DelayOffsetSerializeWrapper.decode('{"offsetTable":{1:10,18:5}}')).toEqual({
      offsetTable: new Map([
        [1, 10],
        [18, 5],
      ]),
    });
  });

  it('bears any namespace', () => {
    const text = '{"configTable":{"__proto__":{"k":"v"},"空间":{"__proto__":"x"}}}';
    expect(KVConfigSerializeWrapper.encode(KVConfigSerializeWrapper.decode(text)).toString()).toBe(text);
  });
});
