import { jest } from '@jest/globals';
import { FakeClock } from '../../../testing/index.js';
import type { MessageExt } from '../../protocol/index.js';
import type { QueuePage } from '../reading/queue-reader.js';
import type { Payload } from '../producer/outgoing.js';
import type { Stored } from '../producer/sender.js';
import { type RedriveOptions, redriveSettings } from './redrive-options.js';
import { RedriveRun } from './redrive-run.js';

const queue = { topic: '%DLQ%G', brokerName: 'b', queueId: 0 };

function dead(queueOffset: number, properties: Record<string, string> = { RETRY_TOPIC: 'T' }): MessageExt {
  const host = { ip: Buffer.alloc(4), port: 1 };
  return {
    ...{
      topic: '%DLQ%G',
      queueId: 0,
      queueOffset,
      physicalOffset: queueOffset,
      storeSize: 1,
      flag: 0,
      sysFlag: 0,
      bodyCrc: 0,
      bodySize: 1,
    },
    ...{ bornTimestamp: 0, bornHost: host, storeTimestamp: 0, storeHost: host, reconsumeTimes: 1, preparedTransactionOffset: 0 },
    body: Buffer.from('x'),
    properties: new Map(Object.entries(properties)),
  };
}

function setUp(messages: readonly MessageExt[], options: RedriveOptions = {}) {
  const clock = new FakeClock();
  const log: string[] = [];
  let passed: number | undefined;
  const run = new RedriveRun({
    settings: redriveSettings('G', options),
    queues: [{ queue, minOffset: messages[0]?.queueOffset ?? 0, maxOffset: (messages.at(-1)?.queueOffset ?? -1) + 1 }],
    readingGroup: 'G_redrive',
    reader: {
      read: ({ queueOffset, countMax }): Promise<QueuePage> => {
        const found = messages.filter((message) => message.queueOffset >= queueOffset).slice(0, countMax);
        return Promise.resolve({ messages: found, nextOffset: (found.at(-1)?.queueOffset ?? queueOffset) + 1 });
      },
    },
    offsets: {
      consumerOffset: () => Promise.resolve(passed),
      commit: (_group, _queue, offset) => {
        passed = offset;
        return Promise.resolve();
      },
    },
    sender: {
      send: (payload: Payload) => {
        log.push(`${clock.monotonic()} ${payload.topic}`);
        return Promise.resolve({} as Stored);
      },
    },
    lock: { hold: () => Promise.resolve() },
    clock,
    sendTimeoutMs: 1000,
  });
  return { run, clock, log, passed: () => passed };
}

async function settle(clock: FakeClock, ms: number) {
  for (let at = 0; at < ms; at += 100) {
    await clock.advance(100);
  }
}

describe('a run of a redrive', () => {
  it('sends no more in a second than the rate allows', async () => {
    const { run, clock, log } = setUp([dead(0), dead(1), dead(2)], { ratePerSecond: 2 });
    const done = run.run();
    await settle(clock, 1500);
    expect(await done).toMatchObject({ redriven: 3, ended: 'all' });
    expect(log.map((line) => Number(line.split(' ')[0]))).toEqual([0, 500, 1000]);
  });

  it('ends at once while it waits for its rate', async () => {
    const ending = new AbortController();
    const { run, clock, log } = setUp([dead(0), dead(1)], { ratePerSecond: 0.001, signal: ending.signal });
    const done = run.run();
    await clock.advance(0);
    ending.abort();
    expect(await done).toMatchObject({ redriven: 1, ended: 'aborted' });
    expect(log).toHaveLength(1);
  });

  it('leaves what does not say where it was sent to, and counts it', async () => {
    const { run, log, passed } = setUp([dead(3, {}), dead(4, { DLQ_ORIGIN_TOPIC: 'U' })], { to: 'topic' });
    expect(await run.run()).toEqual({ seen: 2, redriven: 1, left: 0, unroutable: 1, ended: 'all' });
    expect([log, passed()]).toEqual([['0 U'], 5]);
  });

  it('goes over gaps of a queue, and stops where the broker has nothing', async () => {
    const { run, log } = setUp([dead(0), dead(40)]);
    expect(await run.run()).toMatchObject({ redriven: 2, ended: 'all' });
    expect(log).toHaveLength(2);
  });

  it('has done nothing that it could not send, and says why', async () => {
    const { run, passed } = setUp([dead(0), dead(1)]);
    const parts = (run as unknown as { parts: { sender: { send: () => Promise<Stored> } } }).parts;
    parts.sender.send = jest
      .fn<() => Promise<Stored>>()
      .mockResolvedValueOnce({} as Stored)
      .mockRejectedValueOnce(new Error('full'));
    expect(await run.run()).toMatchObject({ seen: 1, redriven: 1, ended: 'failed', error: new Error('full') });
    expect(passed()).toBe(1);
  });
});
