import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broker, type BrokerConfig } from '../../src/broker/index.js';
import {
  ConsumerSendMsgBack,
  decodeRecords,
  type HeaderOf,
  type MessageExt,
  parseProperties,
  printProperties,
  ResponseCode,
} from '../../src/protocol/index.js';
import { FakeClock } from '../../testing/index.js';
import { TestClient } from './broker-fixture.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** What a message waits after its first, second, … failure. */
const backOff = [
  ...[10 * SECOND, 30 * SECOND],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[HOUR, 2 * HOUR],
];
/** Before a delay ends the clock is moved in small steps, so that nothing hides in a leap. */
const SLOWLY_FROM_MS = 2 * SECOND;
const STEP_MS = 50;
const LATE_MAX_MS = SECOND;
/** Of real time. */
const DISK_MS = 25;

const textOf = (properties: Record<string, string>) => printProperties(new Map(Object.entries(properties)));

describe('redelivery by the broker', () => {
  let folder: string;
  let clock: FakeClock;
  let broker: Broker;
  let client: TestClient;

  async function start(config: Partial<BrokerConfig> = {}): Promise<void> {
    clock = new FakeClock();
    const small = { mappedFileSizeCommitLog: 4 * 1024 * 1024, mappedFileSizeConsumeQueue: 20_000 };
    broker = new Broker({ clock, config: { listenPort: 0, storePathRootDir: folder, ...small, ...config } });
    await broker.start();
    client = new TestClient(() => broker.address, 'client');
    await client.subscribe('G');
  }

  async function stop(): Promise<void> {
    await client.close();
    // What the stop waits for may need the time to go on.
    const ended = new AbortController();
    const stopping = broker.stop(1000).finally(() => ended.abort());
    while (!ended.signal.aborted) await clock.advance(STEP_MS);
    await stopping;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rocketmq-redelivery-'));
  });
  afterEach(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function messagesOf(topic: string, from = 0): Promise<MessageExt[]> {
    const { code, body } = await client.pull(topic, from);
    return code === ResponseCode.SUCCESS && body !== undefined ? decodeRecords(body) : [];
  }

  async function firstOf(topic: string, from = 0): Promise<MessageExt> {
    for (;;) {
      const [message] = await messagesOf(topic, from);
      if (message !== undefined) return message;
      // The disk is a real one, and knows nothing of this clock.
      await new Promise((resolve) => setTimeout(resolve, DISK_MS));
      await clock.advance(STEP_MS);
    }
  }

  async function sendBack({ physicalOffset }: MessageExt, more: Partial<HeaderOf<(typeof ConsumerSendMsgBack)['request']>> = {}) {
    const header = { offset: physicalOffset, group: 'G', delayLevel: 0, ...more };
    const { code } = await client.call(ConsumerSendMsgBack, header);
    expect(code).toBe(ResponseCode.SUCCESS);
  }

  /** @returns the message and how long it waited; nothing came before its time */
  async function awaitRetry(from: number, delayMs: number, since: number): Promise<{ message: MessageExt; waitedMs: number }> {
    clock.jump(Math.max(0, delayMs - SLOWLY_FROM_MS));
    while (clock.now() - since < delayMs - STEP_MS) {
      expect(await messagesOf('%RETRY%G', from)).toEqual([]);
      await clock.advance(STEP_MS);
    }
    return { message: await firstOf('%RETRY%G', from), waitedMs: clock.now() - since };
  }

  it('waits longer after each failure, as the table says, and then puts the message away', async () => {
    await start();
    await client.send('T', 'body', { properties: textOf({ TAGS: 'A', KEYS: 'k', UNIQ_KEY: 'U' }) });
    let message = await firstOf('T');
    const origin = message;
    for (const [failures, delayMs] of backOff.entries()) {
      const since = clock.now();
      await sendBack(message);
      const retry = await awaitRetry(failures, delayMs, since);
      expect({ failures, waitedMs: retry.waitedMs }).toEqual({ failures, waitedMs: expect.any(Number) });
      expect(retry.waitedMs).toBeGreaterThanOrEqual(delayMs);
      expect(retry.waitedMs).toBeLessThanOrEqual(delayMs + LATE_MAX_MS);
      message = retry.message;
      expect(message).toMatchObject({ topic: '%RETRY%G', reconsumeTimes: failures + 1, bornTimestamp: origin.bornTimestamp });
    }
    await sendBack(message);
    const dead = await firstOf('%DLQ%G');
    expect(dead).toMatchObject({ reconsumeTimes: backOff.length + 1, body: Buffer.from('body') });
    const properties = Object.fromEntries(dead.properties);
    expect(properties).toMatchObject({ TAGS: 'A', KEYS: 'k', UNIQ_KEY: 'U', RETRY_TOPIC: 'T', DLQ_ORIGIN_TOPIC: 'T' });
    expect(await messagesOf('%RETRY%G', backOff.length)).toEqual([]);
    const metric = broker.metrics().find(({ name }) => name === 'rocketmq_send_to_dlq_messages_total');
    expect(metric?.samples.map(({ labels, value }) => [labels.get('topic'), labels.get('consumer_group'), value])).toEqual([['T', 'G', 1]]);
  });

  it('waits at the level that is asked for', async () => {
    await start();
    await client.send('T', 'body');
    const since = clock.now();
    await sendBack(await firstOf('T'), { delayLevel: 5 });
    expect((await awaitRetry(0, MINUTE, since)).waitedMs).toBeGreaterThanOrEqual(MINUTE);
  });

  it('keeps what waits, and the topics it made, over a restart', async () => {
    await start();
    for (const body of ['waits', 'dead']) await client.send('T', body);
    const [waits, dead] = await messagesOf('T');
    await sendBack(waits!);
    await sendBack(dead!, { delayLevel: -1 });
    await stop();
    await start();
    clock.jump(10 * SECOND);
    expect((await firstOf('%RETRY%G')).body.toString()).toBe('waits');
    expect((await firstOf('%DLQ%G')).body.toString()).toBe('dead');
  });

  it('takes a retry at any time by the timer of the retry topic', async () => {
    await start();
    const since = clock.now();
    const properties = textOf({ RETRY_TOPIC: 'T', UNIQ_KEY: 'U', TIMER_DELAY_MS: '7300' });
    const answer = await client.send('%RETRY%G', 'x', { properties, reconsumeTimes: 1, maxReconsumeTimes: 16, queueId: 0 });
    expect(answer.code).toBe(ResponseCode.SUCCESS);
    const message = await firstOf('%RETRY%G');
    expect(message).toMatchObject({ topic: '%RETRY%G', reconsumeTimes: 1, body: Buffer.from('x') });
    expect(message.properties.get('RETRY_TOPIC')).toBe('T');
    // The timer is as exact as its precision, a second.
    expect(clock.now() - since).toBeGreaterThanOrEqual(6 * SECOND);
    expect(clock.now() - since).toBeLessThanOrEqual(9 * SECOND);
    // It failed again: what brought it here is spent.
    const again = clock.now();
    await sendBack(message);
    expect((await awaitRetry(1, 30 * SECOND, again)).message).toMatchObject({ reconsumeTimes: 2 });
  });

  it('refuses a timer where there is none, in a way that tells the client to take a level', async () => {
    await start({ timerWheelEnable: false });
    const properties = textOf({ RETRY_TOPIC: 'T', UNIQ_KEY: 'U', TIMER_DELAY_MS: '7300' });
    const answer = await client.send('%RETRY%G', 'x', { properties, reconsumeTimes: 1, maxReconsumeTimes: 16, queueId: 0 });
    expect(answer.code).toBe(ResponseCode.SYSTEM_ERROR);
    expect(await messagesOf('%RETRY%G')).toEqual([]);
  });

  it('puts a message away that was sent to the retry topic once too often', async () => {
    await start();
    const properties = textOf({ RETRY_TOPIC: 'T', UNIQ_KEY: 'U', ORIGIN_MESSAGE_ID: 'U', TIMER_DELAY_MS: '7000' });
    const { code } = await client.send('%RETRY%G', 'x', { properties, reconsumeTimes: 3, maxReconsumeTimes: 2, queueId: 0 });
    expect(code).toBe(ResponseCode.SUCCESS);
    const dead = await firstOf('%DLQ%G');
    expect(Object.fromEntries(parseProperties(printProperties(dead.properties)))).toMatchObject({ DLQ_ORIGIN_MESSAGE_ID: 'U', DELAY: '0' });
    expect(await messagesOf('%RETRY%G')).toEqual([]);
  });

  it('refuses retries of groups that do not exist where groups are not made by use', async () => {
    await start({ autoCreateSubscriptionGroup: false });
    expect((await client.send('%RETRY%Nobody', 'x')).code).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
    const answer = await client.call(ConsumerSendMsgBack, { offset: 0, group: 'Nobody', delayLevel: 0 });
    expect(answer.code).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
  });
});
