import { FakeClock } from '../../../testing/index.js';
import { OperationFailed } from '../../base/index.js';
import { RegisterBroker, UnregisterBroker, type Command } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import { newTopicConfig } from '../topics/topic-table.js';
import { NameServerLink } from './name-server-link.js';

/** A name server that notes what it is told and answers as it is set to. */
class Scripted {
  readonly told: string[] = [];
  answer: 'ok' | 'refuse' | 'down' | 'silent' = 'ok';

  invoke(_: string, command: Command, __: unknown, options: { body?: unknown; signal?: AbortSignal }): Promise<never> {
    const what = command.name === RegisterBroker.name ? (options.body as Buffer).toString() : command.name;
    this.told.push(what);
    if (this.answer === 'down') return Promise.reject(new OperationFailed('connection', 'down'));
    if (this.answer === 'silent') {
      return new Promise((_resolve, reject) =>
        options.signal?.addEventListener('abort', () => reject(new OperationFailed('aborted', 'aborted'))),
      );
    }
    return Promise.resolve({ code: this.answer === 'ok' ? 0 : 1, body: undefined } as never);
  }

  takeTold(): string[] {
    return this.told.splice(0);
  }
}

const topic = (name: string) => newTopicConfig(name, 1);

function linkTo(client: Scripted, clock: FakeClock): NameServerLink {
  return new NameServerLink({
    address: 'ns:9876',
    client: client as never,
    identity: () => ({ clusterName: 'C', brokerName: 'b', brokerId: 0, address: 'a:1', haAddress: 'a:2' }) as never,
    encode: (topics) => Buffer.from(topics === 'all' ? 'all' : topics.map(({ topicName }) => topicName).join('+')),
    compressed: false,
    clock,
    logger: silentLogger,
    periodMs: 30_000,
    timeoutMs: 24_000,
    onAnswer: () => undefined,
  });
}

async function started(client = new Scripted()) {
  const clock = new FakeClock();
  const link = linkTo(client, clock);
  const first = link.start();
  await clock.advance(0);
  await first;
  return { client, clock, link };
}

describe('NameServerLink', () => {
  it('tells all topics first, then what changes, and all again once in a period', async () => {
    const { client, clock, link } = await started();
    expect(client.takeTold()).toEqual(['all']);
    link.announce([topic('A'), topic('B')]);
    await link.told();
    expect(client.takeTold()).toEqual(['A+B']);
    await clock.advance(25_000);
    expect(client.takeTold()).toEqual([]);
    await clock.advance(5000);
    expect(client.takeTold()).toEqual(['all']);
    await link.stop();
  });

  it('begins anew after a failure: a name server that forgot the broker refuses a single topic', async () => {
    const { client, clock, link } = await started();
    client.takeTold();
    client.answer = 'refuse';
    link.announce([topic('A')]);
    await link.told();
    expect(client.takeTold()).toEqual(['A', 'all']);
    client.answer = 'ok';
    await clock.advance(5000);
    expect(client.takeTold()).toEqual(['all']);
    await link.stop();
  });

  it('begins anew after a lost connection', async () => {
    const { client, clock, link } = await started();
    client.takeTold();
    link.lost();
    link.announce([topic('A')]);
    await clock.settle();
    expect(client.takeTold()).toEqual(['all']);
    await link.stop();
  });

  it('tries a name server that is down after 0.2 s, 0.4 s, 0.8 s … and then every five seconds, and keeps nobody waiting for it', async () => {
    const client = new Scripted();
    client.answer = 'down';
    const { clock, link } = await started(client);
    await link.told();
    expect(client.takeTold()).toEqual(['all']);
    // At 0.2, 0.6, 1.4, 3.0 and 6.2 s.
    await clock.advance(6200);
    expect(client.takeTold()).toEqual(['all', 'all', 'all', 'all', 'all']);
    await clock.advance(4999);
    expect(client.takeTold()).toEqual([]);
    client.answer = 'ok';
    await clock.advance(1);
    expect(client.takeTold()).toEqual(['all']);
    await link.stop();
    expect(client.takeTold()).toEqual([UnregisterBroker.name]);
  });

  it('stops in the middle of a registration that is not answered', async () => {
    const client = new Scripted();
    client.answer = 'silent';
    const clock = new FakeClock();
    const link = linkTo(client, clock);
    const first = link.start();
    await clock.advance(0);
    await link.stop();
    await first;
    expect(client.takeTold()).toEqual(['all']);
    expect(clock.timerCount).toBe(0);
  });
});
