import { decodeHeartbeatData, encodeHeartbeatData } from '../../protocol/index.js';
import { subscribe } from '../consumer/subscription-table.js';
import { GroupTable } from './group-table.js';

describe('GroupTable', () => {
  it('counts producers of one group', () => {
    const table = new GroupTable();
    table.addProducer('P');
    table.addProducer('P');
    expect(table.removeProducer('P')).toBe(false);
    expect(table.hasGroups).toBe(true);
    expect(table.removeProducer('P')).toBe(true);
    expect(table.hasGroups).toBe(false);
  });

  it('takes one consumer of a group', () => {
    const table = new GroupTable();
    const describe = () => ({ group: 'G', consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET', subscribed: [] }) as const;
    expect([table.addConsumer('G', describe), table.addConsumer('G', describe)]).toEqual([true, false]);
    table.removeConsumer('G');
    expect(table.hasConsumers).toBe(false);
  });

  it('makes a heartbeat of what the groups are now', () => {
    const table = new GroupTable();
    table.addProducer('P');
    let version = 1;
    table.addConsumer('G', () => ({
      group: 'G',
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      subscribed: [subscribe('T', 'A||B', version)],
    }));
    version = 2;
    const heartbeat = decodeHeartbeatData(encodeHeartbeatData(table.heartbeat('me')));
    expect(heartbeat).toMatchObject({
      clientID: 'me',
      producerDataSet: [{ groupName: 'P' }],
      consumerDataSet: [
        {
          groupName: 'G',
          consumeType: 'CONSUME_PASSIVELY',
          messageModel: 'CLUSTERING',
          consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
          subscriptionDataSet: [
            { topic: 'T', subString: 'A||B', tagsSet: ['A', 'B'], codeSet: [65, 66], subVersion: 2, expressionType: 'TAG' },
          ],
        },
      ],
    });
  });
});
