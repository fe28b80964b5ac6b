import { FakeClock } from '../../../testing/index.js';
import {
  encodeKVTable,
  encodeTopicConfigAndMappingSerializeWrapper,
  GetAllTopicConfig,
  ResponseCode,
  ResumeCheckHalfMessage,
  TopicConfig,
} from '../../protocol/index.js';
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

  it('asks the broker in the id of a transaction to resume it, or the one that it is told', async () => {
    const asked: [string, number][] = [];
    const ask = (address: string, command: { code: number }) => (asked.push([address, command.code]), Promise.resolve({ code: 0 }));
    const admin = new AdminClient({ calls: { ask } as unknown as BrokerCalls, nameServers: {} as NameServers, clock: new FakeClock() });
    await admin.transactions.resumeCheck('T', '7F00000100002A9F0000000000000000');
    await admin.transactions.resumeCheck('T', '7F00000100002A9F0000000000000000', { address: 'h:1' });
    expect(asked).toEqual(['127.0.0.1:10911', 'h:1'].map((address) => [address, ResumeCheckHalfMessage.code]));
    await expect(admin.transactions.resumeCheck('T', 'none')).rejects.toThrow('"none" is no id');
  });

  it.each([
    ['awaits the first sample of a broker that has just begun', 2, ResponseCode.SYSTEM_ERROR, 'V5'],
    ['gives up on a broker that keeps failing', 9, ResponseCode.SYSTEM_ERROR, 'with code 1'],
    ['believes other refusals at once', 1, ResponseCode.NO_PERMISSION, 'with code 16'],
  ])('%s', async (_, failures, code, outcome) => {
    const clock = new FakeClock();
    let asked = 0;
    const ask = (address: string, command: { name: string }) =>
      ++asked > failures
        ? Promise.resolve({ code: 0, body: encodeKVTable({ table: new Map([['brokerVersionDesc', 'V5']]) }) })
        : Promise.reject(new CallRefused(command.name, address, { code, remark: undefined }));
    const admin = new AdminClient({ calls: { ask } as unknown as BrokerCalls, nameServers: {} as NameServers, clock });
    const told = admin.cluster.runtimeInfo('h:1').then(
      (info) => info.get('brokerVersionDesc'),
      (error: unknown) => String(error),
    );
    await clock.advance(10_000);
    expect(await told).toContain(outcome);
    expect(asked).toBe(code === ResponseCode.SYSTEM_ERROR ? Math.min(failures + 1, 4) : 1);
  });
});
