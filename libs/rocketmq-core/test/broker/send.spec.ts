import {
  decodeKVTable,
  decodeRecords,
  encodeBatchBody,
  GetBrokerRuntimeInfo,
  parseOffsetMessageId,
  printProperties,
  ResponseCode,
  SendBatchMessage,
  SendMessage,
  SysFlag,
  ViewMessageById,
  type BatchItem,
} from '../../src/protocol/index.js';
import { BrokerFixture, type TestClient } from './broker-fixture.js';

const fixture = new BrokerFixture();
let client: TestClient;

beforeAll(async () => {
  await fixture.start();
  client = fixture.client();
});
afterAll(() => fixture.close());

const textOf = (properties: Record<string, string>) => printProperties(new Map(Object.entries(properties)));

async function stored(topic: string, queueId = 0) {
  const answer = await client.pull(topic, 0, { queueId });
  return decodeRecords(answer.body ?? Buffer.alloc(0));
}

describe('a send', () => {
  it('is stored with what the client sent and what the broker adds', async () => {
    const properties = textOf({ UNIQ_KEY: 'U1', TAGS: 'a', KEYS: 'k', POP_CK: 'forged' });
    const answer = await client.send('Plain', 'hello', { properties, flag: 7, reconsumeTimes: 2, bornTimestamp: 123 });
    expect(answer).toMatchObject({ code: ResponseCode.SUCCESS, header: { queueId: 0, queueOffset: 0, transactionId: 'U1' } });
    const [message] = await stored('Plain');
    expect(message).toMatchObject({ topic: 'Plain', flag: 7, reconsumeTimes: 2, bornTimestamp: 123, queueOffset: 0 });
    expect(message?.body.toString()).toBe('hello');
    expect(Object.fromEntries(message?.properties ?? [])).toEqual({
      ...{ UNIQ_KEY: 'U1', TAGS: 'a', KEYS: 'k' },
      ...{ MSG_REGION: 'DefaultRegion', TRACE_ON: 'true', CLUSTER: 'C' },
    });
  });

  it('answers with ext fields that Java clients read unasked, and an id that leads back to the message', async () => {
    const answer = await client.send('Ids', 'x');
    expect(answer.ext.get('MSG_REGION')).toBe('DefaultRegion');
    expect(answer.ext.get('TRACE_ON')).toBe('true');
    const id = parseOffsetMessageId(answer.header.msgId ?? '');
    expect(`${id?.host.ip.join('.')}:${id?.host.port}`).toBe(fixture.broker.address);
    const viewed = await client.call(ViewMessageById, { topic: 'Ids', offset: id?.physicalOffset ?? -1 });
    expect(decodeRecords(viewed.body ?? Buffer.alloc(0))[0]?.body.toString()).toBe('x');
    expect((await client.call(ViewMessageById, { topic: 'Other', offset: id?.physicalOffset ?? -1 })).code).toBe(
      ResponseCode.NO_PERMISSION,
    );
    expect((await client.call(ViewMessageById, { offset: (id?.physicalOffset ?? 0) + 1 })).code).toBe(ResponseCode.SYSTEM_ERROR);
  });

  it('gives a message without a unique key one', async () => {
    const answer = await client.send('Keyless', 'x');
    const [message] = await stored('Keyless');
    expect(message?.properties.get('UNIQ_KEY')).toMatch(/^[0-9A-F]{32}$/);
    expect(answer.header.transactionId).toBe(message?.properties.get('UNIQ_KEY'));
  });

  it('understands the long names of version 1', async () => {
    const header = {
      producerGroup: 'P',
      topic: 'V1',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId: 3,
      sysFlag: 0,
      bornTimestamp: 1,
      flag: 0,
    };
    const answer = await client.call(SendMessage, header, { body: Buffer.from('v1') });
    expect(answer).toMatchObject({ code: ResponseCode.SUCCESS, header: { queueId: 3, queueOffset: 0 } });
    expect((await stored('V1', 3)).map(({ body }) => body.toString())).toEqual(['v1']);
  });

  it('numbers the messages of each queue without gaps', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => client.send('Numbered', String(i), { queueId: i % 2 })));
    expect(answers.map(({ header }) => header.queueOffset)).toEqual(Array.from({ length: 50 }, (_, i) => Math.floor(i / 2)));
    expect((await stored('Numbered')).map(({ body }) => body.toString())).toEqual(Array.from({ length: 25 }, (_, i) => String(i * 2)));
  });

  it('lets the broker pick a queue when the client asks for none', async () => {
    const answer = await client.send('Picked', 'x', { queueId: -1 });
    expect(answer.header.queueId).toBeGreaterThanOrEqual(0);
    expect(answer.header.queueId).toBeLessThan(4);
  });

  it('lets a priority pick the queue', async () => {
    const answers = [0, 2, 9].map((priority) =>
      client.send('Priority', 'x', { properties: textOf({ _SYS_MSG_PRIORITY_: String(priority) }) }),
    );
    expect((await Promise.all(answers)).map(({ header }) => header.queueId)).toEqual([0, 2, 3]);
  });

  it('cannot forge how its hosts are written', async () => {
    await client.send('Forged', 'x', { sysFlag: SysFlag.BORN_HOST_V6 | SysFlag.STORE_HOST_V6 | SysFlag.INNER_BATCH | SysFlag.COMPRESSED });
    const [message] = decodeRecords((await client.pull('Forged', 0)).body ?? Buffer.alloc(0));
    expect(message).toMatchObject({ topic: 'Forged', sysFlag: SysFlag.COMPRESSED });
    expect(message?.bornHost.ip).toHaveLength(4);
  });
});

describe('a refused send', () => {
  it.each([
    ['a topic that cannot be one', 'no/such/topic', {}, ResponseCode.INVALID_PARAMETER],
    ['a topic of the broker itself', 'SCHEDULE_TOPIC_XXXX', {}, ResponseCode.NO_PERMISSION],
    ['a queue that is not there', 'BenchmarkTest', { queueId: 1024 }, ResponseCode.INVALID_PARAMETER],
    ['no topic to inherit from', 'Orphan', { defaultTopic: 'NoModel' }, ResponseCode.TOPIC_NOT_EXIST],
    ['half a transaction of nobody', 'BenchmarkTest', { properties: textOf({ TRAN_MSG: 'true' }) }, ResponseCode.MESSAGE_ILLEGAL],
    ['transaction bits', 'BenchmarkTest', { sysFlag: SysFlag.TRANSACTION_PREPARED }, ResponseCode.MESSAGE_ILLEGAL],
    ['properties that are too long', 'BenchmarkTest', { properties: textOf({ a: 'x'.repeat(32_768) }) }, ResponseCode.MESSAGE_ILLEGAL],
  ])('%s', async (_, topic, more, code) => {
    const answer = await client.send(topic, 'x', more);
    expect(answer.code).toBe(code);
    expect(answer.remark).toBeTruthy();
  });

  it('has a body over the limit, or none', async () => {
    expect((await client.send('BenchmarkTest', 'x'.repeat(4 * 1024 * 1024 + 1))).code).toBe(ResponseCode.MESSAGE_ILLEGAL);
    expect((await client.send('BenchmarkTest', '')).code).toBe(ResponseCode.MESSAGE_ILLEGAL);
  });

  it('stores nothing', async () => {
    const logEnd = async () => decodeKVTable((await client.call(GetBrokerRuntimeInfo, {})).body).table.get('commitLogMaxOffset');
    const before = await logEnd();
    await client.send('BenchmarkTest', 'x', { properties: textOf({ TRAN_MSG: 'true' }) });
    expect(Number(before)).toBeGreaterThan(0);
    expect(await logEnd()).toBe(before);
  });
});

describe('a batch', () => {
  const header = (topic: string, properties = '') => ({
    ...{ producerGroup: 'P', topic, defaultTopic: 'TBW102', defaultTopicQueueNums: 4, queueId: 1, sysFlag: 0 },
    ...{ bornTimestamp: 1, flag: 0, batch: true, properties },
  });
  const item = (body: string, properties: Record<string, string> = {}): BatchItem => ({
    flag: 5,
    body: Buffer.from(body),
    properties: textOf(properties),
  });
  const sendBatch = (topic: string, items: readonly BatchItem[], properties?: Record<string, string>) =>
    client.call(SendBatchMessage, header(topic, properties && textOf(properties)), { body: encodeBatchBody(items) });

  it('becomes single messages that keep their own keys and get nothing of the envelope', async () => {
    const items = ['a', 'b', 'c'].map((name) => item(name, { UNIQ_KEY: name.toUpperCase(), TAGS: name }));
    const answer = await sendBatch('Batch', items, { UNIQ_KEY: 'ENVELOPE', WAIT: 'true' });
    expect(answer).toMatchObject({ code: ResponseCode.SUCCESS, header: { queueId: 1, queueOffset: 0, transactionId: 'ENVELOPE' } });
    const messages = await stored('Batch', 1);
    expect(messages.map(({ body, flag, queueOffset }) => [body.toString(), flag, queueOffset])).toEqual([
      ['a', 5, 0],
      ['b', 5, 1],
      ['c', 5, 2],
    ]);
    expect(messages.map(({ properties }) => Object.fromEntries(properties))).toEqual(
      ['a', 'b', 'c'].map((name) => ({ UNIQ_KEY: name.toUpperCase(), TAGS: name })),
    );
    const ids = answer.header.msgId?.split(',') ?? [];
    expect(ids.map((id) => parseOffsetMessageId(id)?.physicalOffset)).toEqual(messages.map(({ physicalOffset }) => physicalOffset));
  });

  it('is refused as a whole', async () => {
    const delayed = await sendBatch('BatchTwo', [item('a'), item('b', { DELAY: '1' })]);
    expect(delayed.code).toBe(ResponseCode.MESSAGE_ILLEGAL);
    const broken = await client.call(SendBatchMessage, header('BatchTwo'), { body: encodeBatchBody([item('a')]).subarray(0, -1) });
    expect(broken.code).toBe(ResponseCode.MESSAGE_ILLEGAL);
    expect(await stored('BatchTwo', 1)).toEqual([]);
  });

  it('may hold many small messages', async () => {
    const items = Array.from({ length: 2000 }, (_, i) => item(String(i)));
    const answer = await sendBatch('BatchMany', items);
    expect(answer.header.msgId?.split(',')).toHaveLength(2000);
  });
});
