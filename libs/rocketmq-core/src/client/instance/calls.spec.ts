import { HeartBeat, ResponseCode } from '../../protocol/index.js';
import { BrokerCalls, type Remoting } from './calls.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 1 };
const limits = { timeoutMs: 100 };

function create(answer: { code: number; header?: object; body?: Buffer }, vipChannelEnabled = false) {
  const asked: { address: string; name: string; header: unknown }[] = [];
  const remoting = {
    invoke: (address: string, command: { name: string }, header: unknown) => {
      asked.push({ address, name: command.name, header });
      return Promise.resolve({ remark: 'why', header: {}, ext: new Map(), body: undefined, version: 1, ...answer });
    },
    oneway: (address: string, command: { name: string }, header: unknown) =>
      Promise.resolve(void asked.push({ address, name: command.name, header })),
  } as unknown as Remoting;
  return { asked, calls: new BrokerCalls(remoting, { vipChannelEnabled }) };
}

describe('BrokerCalls', () => {
  it('turns every code but 0 into an error that names server, code and remark', async () => {
    const { calls } = create({ code: ResponseCode.NO_PERMISSION });
    await expect(calls.ask('h:1', HeartBeat, {}, limits)).rejects.toMatchObject({
      name: 'CallRefused',
      responseCode: 16,
      remark: 'why',
      address: 'h:1',
      reason: 'refused',
    });
  });

  it('takes "no such offset" as an answer and everything else as an error', async () => {
    expect(await create({ code: ResponseCode.QUERY_NOT_FOUND }).calls.consumerOffset('h:1', { group: 'G', queue }, limits)).toBeUndefined();
    expect(await create({ code: 0, header: { offset: 0 } }).calls.consumerOffset('h:1', { group: 'G', queue }, limits)).toBe(0);
    const failing = create({ code: ResponseCode.SYSTEM_ERROR }).calls.consumerOffset('h:1', { group: 'G', queue }, limits);
    await expect(failing).rejects.toMatchObject({ responseCode: 1 });
  });

  it('does not take an empty answer for an offset', async () => {
    await expect(create({ code: 0 }).calls.consumerOffset('h:1', { group: 'G', queue }, limits)).rejects.toThrow('not complete');
    await expect(create({ code: 0 }).calls.maxOffset('h:1', queue, limits)).rejects.toThrow('not complete');
  });

  it('sends to the second port when told so, and asks everything else on the first', async () => {
    const { calls, asked } = create({ code: 0 }, true);
    await calls.commitOffsetOneway('h:10911', { group: 'G', queue }, 5);
    await calls.sendOneway('h:10911', { topic: 'T' } as never, Buffer.alloc(1));
    expect(asked.map(({ address, name }) => `${name} ${address}`)).toEqual(['UPDATE_CONSUMER_OFFSET h:10911', 'SEND_MESSAGE_V2 h:10909']);
  });

  it('names the broker in what it asks of a queue', async () => {
    const { calls, asked } = create({ code: 0, header: { offset: 9 } });
    expect(await calls.searchOffset('h:1', queue, 1234, limits)).toBe(9);
    expect(asked[0]?.header).toEqual({ topic: 'T', queueId: 1, bname: 'b', timestamp: 1234 });
  });
});
