import { FakeClock } from '../../../testing/index.js';
import { encodeTopicConfigAndMappingSerializeWrapper, GetAllTopicConfig, ResponseCode, TopicConfig } from '../../protocol/index.js';
import type { NameServers } from '../../remoting/index.js';
import { CallRefused } from '../errors.js';
import type { BrokerCalls } from '../instance/calls.js';
import { AdminClient } from './admin-client.js';

describe('AdminClient', () => {
  it('looks a topic up in the whole table of a broker that cannot show a single one', async () => {
    const dataVersion = { counter: 1, stateVersion: 0, timestamp: 0 };
    const topicConfigTable = new Map([['T', { ...TopicConfig.decode('{}'), topicName: 'T', readQueueNums: 3 }]]);
    const body = encodeTopicConfigAndMappingSerializeWrapper({
      dataVersion,
      mappingDataVersion: dataVersion,
      topicConfigTable,
      topicQueueMappingDetailMap: new Map(),
      topicQueueMappingInfoMap: new Map(),
    });
    const ask = (address: string, command: { code: number; name: string }) =>
      command.code === GetAllTopicConfig.code
        ? Promise.resolve({ code: 0, header: {}, body })
        : Promise.reject(new CallRefused(command.name, address, { code: ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark: undefined }));
    const admin = new AdminClient({ calls: { ask } as unknown as BrokerCalls, nameServers: {} as NameServers, clock: new FakeClock() });
    expect((await admin.topics.config('T', 'h:1'))?.readQueueNums).toBe(3);
    expect(await admin.topics.config('U', 'h:1')).toBeUndefined();
  });
});
