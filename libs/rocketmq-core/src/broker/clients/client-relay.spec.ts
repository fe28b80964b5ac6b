import { OperationFailed } from '../../base/index.js';
import { ConsumeMessageDirectly, ResponseCode, type Command } from '../../protocol/index.js';
import type { CallOptions } from '../../remoting/index.js';
import { ClientRelay } from './client-relay.js';
import type { ConsumerGroup } from './consumer-table.js';

type Invoke = (command: Command, header: object, options: CallOptions) => Promise<object>;

function relayTo(invoke: Invoke): ClientRelay {
  const members = new Map([[1, { clientId: 'c', peer: { invoke } }]]);
  return new ClientRelay({ find: (name) => (name === 'G' ? ({ members } as unknown as ConsumerGroup) : undefined) });
}

const ask = (relay: ClientRelay, more: object = {}) =>
  relay.relay({
    ...{ group: 'G', clientId: 'c', command: ConsumeMessageDirectly, header: { consumerGroup: 'G', brokerName: 'here' } },
    ...more,
  });

describe('ClientRelay', () => {
  it('passes on what the request carried, but not against what the broker says, and the answer back', async () => {
    const asked: CallOptions[] = [];
    const relay = relayTo((command, header, options) => {
      asked.push(options);
      return Promise.resolve({ code: 0, remark: undefined, ext: new Map([['told', 'yes']]), body: Buffer.from('answer') });
    });
    const ext = new Map([
      ['brokerName', 'elsewhere'],
      ['unknown', 'kept'],
    ]);
    const answer = await ask(relay, { options: { ext, body: Buffer.from('record') } });
    expect(answer).toMatchObject({ code: 0, ext: new Map([['told', 'yes']]), body: Buffer.from('answer') });
    expect(asked[0]?.ext).toEqual(new Map([['unknown', 'kept']]));
    expect(asked[0]?.timeoutMs).toBe(10_000);
  });

  it.each([
    ['timeout', ResponseCode.CONSUME_MSG_TIMEOUT],
    ['connection', ResponseCode.SYSTEM_ERROR],
  ] as const)('answers for a consumer that does not: %s', async (reason, code) => {
    expect((await ask(relayTo(() => Promise.reject(new OperationFailed(reason, 'no answer'))))).code).toBe(code);
  });

  it('finds nobody who is not connected', async () => {
    const relay = relayTo(() => Promise.resolve({ code: 0 }));
    expect(await ask(relay, { clientId: 'd' })).toEqual({ code: ResponseCode.SYSTEM_ERROR, remark: 'The Consumer <G> <d> not online' });
    expect((await ask(relay, { group: 'H' })).code).toBe(ResponseCode.SYSTEM_ERROR);
  });
});
