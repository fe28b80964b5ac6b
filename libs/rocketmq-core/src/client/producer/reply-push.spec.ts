import { compress, printProperties, type PushReplyMessageToClient, withCompression } from '../../protocol/index.js';
import type { HeaderOf } from '../../protocol/index.js';
import type { Reply, Request } from '../../remoting/index.js';
import type { LogLevel } from '../../runtime/index.js';
import type { ReplyMessage } from '../message-types.js';
import { replyPush } from './reply-push.js';
import { ReplyTable } from './reply-table.js';

type Header = HeaderOf<(typeof PushReplyMessageToClient)['request']>;

function create() {
  const replies = new ReplyTable();
  const received: ReplyMessage[] = [];
  const logged: LogLevel[] = [];
  const logger = { log: (level: LogLevel) => void logged.push(level) };
  const { handler } = replyPush({ replies, clock: { now: () => 99 }, logger });
  const push = (properties: readonly (readonly [string, string])[], more: Partial<Header> & { body?: Buffer } = {}): Reply => {
    const { body = Buffer.from('text'), ...fields } = more;
    const header = {
      ...{ topic: 'C_REPLY_TOPIC', flag: 2, sysFlag: 0, bornTimestamp: 5, bornHost: 'r:1', storeTimestamp: 6, storeHost: 'b:1' },
      ...{ properties: printProperties(new Map(properties)), ...fields },
    };
    return handler({ header, body } as unknown as Request<never>) as Reply;
  };
  return { replies, received, logged, push, expecting: (id: string) => replies.expect(id, (reply) => received.push(reply)) };
}

describe('replyPush', () => {
  it('gives the reply to the request that waits for it', () => {
    const { received, push, expecting, replies } = create();
    expecting('c1');
    const properties = [
      ['CORRELATION_ID', 'c1'],
      ['UNIQ_KEY', 'id'],
      ['KEYS', 'a b'],
      ['own', 'kept'],
    ] as const;
    expect(push(properties)).toEqual({ code: 0 });
    expect(received).toMatchObject([
      { correlationId: 'c1', messageId: 'id', keys: ['a', 'b'], flag: 2, bornHost: 'r:1', storeHost: 'b:1', bornTimestamp: 5 },
    ]);
    expect(received[0]!.body.toString()).toBe('text');
    expect([received[0]!.properties.get('own'), received[0]!.properties.get('ARRIVE_TIME')]).toEqual(['kept', '99']);
    expect(replies.size).toBe(0);
  });

  it('decompresses', () => {
    const { received, push, expecting } = create();
    expecting('c1');
    const text = 'long '.repeat(100);
    push([['CORRELATION_ID', 'c1']], { body: compress(Buffer.from(text), 'zlib', 5), sysFlag: withCompression(0, 'zlib') });
    expect(received[0]!.body.toString()).toBe(text);
  });

  it('drops a reply that nobody waits for without noise, and says that all is well', () => {
    const { logged, push } = create();
    expect(push([['CORRELATION_ID', 'late']])).toEqual({ code: 0 });
    expect(logged).toEqual(['debug']);
  });

  it.each([
    ['names no request', [], {}],
    ['cannot be decompressed', [['CORRELATION_ID', 'c1']], { sysFlag: withCompression(0, 'zlib') }],
  ] as const)('refuses a reply that %s', (_why, properties, more) => {
    const { received, push, expecting } = create();
    expecting('c1');
    expect(push(properties, more)).toMatchObject({ code: 1 });
    expect(received).toEqual([]);
  });
});
