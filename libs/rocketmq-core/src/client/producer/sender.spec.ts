import { FakeClock, SeededRandom } from '../../../testing/index.js';
import { OperationFailed } from '../../base/index.js';
import { type MessageQueue, ResponseCode } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import { resolveProducerOptions, type ProducerOptions } from '../config/producer-options.js';
import { InvalidInput, type SendFailed } from '../errors.js';
import type { CallLimits, SendAnswer, SendHeader } from '../instance/calls.js';
import { checkMessage, singlePayload } from './outgoing.js';
import { Sender } from './sender.js';

type Step = number | OperationFailed | Promise<never>;
interface Sent {
  readonly address: string;
  readonly header: SendHeader;
  readonly limits: CallLimits;
}

const queuesOf = (brokerName: string, count: number): MessageQueue[] =>
  Array.from({ length: count }, (_, queueId) => ({ topic: 'T', brokerName, queueId }));
const twoBrokers = [...queuesOf('a', 2), ...queuesOf('b', 2)];

const answerOf = (code: number): SendAnswer => ({
  code,
  remark: 'said the broker',
  header: { msgId: 'OFFSET-ID', queueId: 1, queueOffset: 7, MSG_REGION: 'r1' },
  ext: new Map(),
  body: undefined,
  version: 479,
});

function create(steps: Step[], options: Partial<ProducerOptions> = {}, queues = twoBrokers) {
  const clock = new FakeClock();
  const sent: Sent[] = [];
  const settings = resolveProducerOptions({ group: 'P', ...options });
  const send = (address: string, header: SendHeader, _body: Buffer, limits: CallLimits): Promise<SendAnswer> => {
    sent.push({ address, header, limits });
    const step = steps.shift() ?? 0;
    if (step instanceof Promise) return step;
    return typeof step === 'number' ? Promise.resolve(answerOf(step)) : Promise.reject(step);
  };
  const sender = new Sender({
    settings,
    clock,
    random: new SeededRandom(1),
    logger: silentLogger,
    table: { masterAddress: (name) => (name === 'gone' ? undefined : `${name}:1`), publishQueues: () => queues },
    routes: { publishQueues: () => Promise.resolve([]) },
    calls: { send, sendReply: send, sendOneway: () => Promise.resolve(), sendReplyOneway: () => Promise.resolve() },
  });
  const payload = singlePayload(checkMessage({ topic: 'T', body: 'x' }, { maxMessageSize: 100, messageId: 'ID' }), settings);
  const limits = { timeoutMs: settings.sendMsgTimeoutMs };
  const failure = (run: Promise<unknown>): Promise<SendFailed> =>
    run.then(
      () => Promise.reject(new Error('it did not fail')),
      (error: unknown) => error as SendFailed,
    );
  return { clock, sent, sender, payload, limits, failure };
}

const lost = (sent: boolean) => new OperationFailed('connection', 'lost', { sent });

describe('Sender', () => {
  it('gives what the broker said', async () => {
    const { sender, payload, limits, sent } = create([0]);
    const stored = await sender.send(payload, 'any', limits);
    expect(stored).toMatchObject({ status: 'SEND_OK', queueOffset: 7, msgId: 'OFFSET-ID', regionId: 'r1', queue: { queueId: 1 } });
    expect(sent[0]?.header).toMatchObject({ producerGroup: 'P', defaultTopic: 'TBW102', defaultTopicQueueNums: 4, batch: false });
  });

  it.each([
    [ResponseCode.FLUSH_DISK_TIMEOUT, 'FLUSH_DISK_TIMEOUT'],
    [ResponseCode.FLUSH_SLAVE_TIMEOUT, 'FLUSH_SLAVE_TIMEOUT'],
    [ResponseCode.SLAVE_NOT_AVAILABLE, 'SLAVE_NOT_AVAILABLE'],
  ])('takes code %d as stored', async (code, status) => {
    const { sender, payload, limits, sent } = create([code]);
    expect((await sender.send(payload, 'any', limits)).status).toBe(status);
    expect(sent).toHaveLength(1);
  });

  it('tries another broker after codes that allow it, with the same id', async () => {
    const { sender, payload, limits, sent } = create([ResponseCode.SYSTEM_BUSY, ResponseCode.SYSTEM_ERROR, 0]);
    expect((await sender.send(payload, 'any', limits)).status).toBe('SEND_OK');
    const [first, second, third] = sent.map(({ address }) => address);
    expect(second).not.toBe(first);
    expect(third).toBe(first);
    expect(new Set(sent.map(({ header }) => header.properties)).size).toBe(1);
  });

  it('stops at a code that no other broker helps against', async () => {
    const { sender, payload, limits, sent, failure } = create([ResponseCode.MESSAGE_ILLEGAL]);
    const error = await failure(sender.send(payload, 'any', limits));
    expect(error).toMatchObject({
      name: 'SendFailed',
      responseCode: 13,
      attempts: 1,
      outcome: 'failed',
      retrySafe: true,
      reason: 'refused',
    });
    expect(error.message).toContain('said the broker');
    expect(sent).toHaveLength(1);
  });

  it('gives up after three attempts', async () => {
    const { sender, payload, limits, failure } = create([lost(false), lost(false), lost(false)]);
    const error = await failure(sender.send(payload, 'any', limits));
    expect(error).toMatchObject({ attempts: 3, outcome: 'failed', reason: 'connection' });
  });

  it('does not call the outcome failed when any attempt may have been stored', async () => {
    const { sender, payload, limits, failure } = create([lost(true), ResponseCode.MESSAGE_ILLEGAL]);
    const error = await failure(sender.send(payload, 'any', limits));
    expect(error).toMatchObject({ attempts: 2, outcome: 'unknown', retrySafe: false, responseCode: 13 });
  });

  it('shares the time of the send among the attempts', async () => {
    const { clock, sender, payload, limits, sent, failure } = create([]);
    let rejectFirst: (error: Error) => void = () => undefined;
    const steps = [new Promise<never>((_, reject) => (rejectFirst = reject))];
    const late = create([...steps, 0]);
    const result = late.sender.send(late.payload, 'any', late.limits);
    await late.clock.advance(2000);
    rejectFirst(lost(true));
    await result;
    expect(late.sent.map(({ limits: { timeoutMs } }) => timeoutMs)).toEqual([3000, 1000]);
    const expired = failure(sender.send(payload, 'any', { ...limits, timeoutMs: 0 }));
    expect(await expired).toMatchObject({ reason: 'timeout', attempts: 0, outcome: 'failed' });
    expect(sent).toEqual([]);
    expect(clock.timerCount).toBe(0);
  });

  it('limits one attempt while others are left', async () => {
    const { sender, payload, limits, sent } = create([lost(false), lost(false), 0], { sendMsgMaxTimeoutPerRequestMs: 500 });
    await sender.send(payload, 'any', limits);
    expect(sent.map(({ limits: { timeoutMs } }) => timeoutMs)).toEqual([500, 500, 3000]);
  });

  it('sends to a chosen queue once', async () => {
    const { sender, payload, limits, sent, failure } = create([ResponseCode.SYSTEM_BUSY]);
    const error = await failure(sender.send(payload, (queues) => queues[3], limits));
    expect(error).toMatchObject({ attempts: 1, brokerName: 'b', responseCode: 2 });
    expect(sent[0]?.header).toMatchObject({ queueId: 1, bname: 'b' });
  });

  it('hands on why a chosen queue is none', async () => {
    const { sender, payload, limits, failure } = create([]);
    const choose = () => {
      throw new InvalidInput('queue', 'no such queue');
    };
    expect(await failure(sender.send(payload, choose, limits))).toMatchObject({ name: 'InvalidInput', field: 'queue' });
  });

  it('fails at once without a route', async () => {
    const { sender, payload, limits, failure } = create([], {}, []);
    expect(await failure(sender.send(payload, 'any', limits))).toMatchObject({ reason: 'unavailable', attempts: 1, outcome: 'failed' });
  });

  it('stops when the caller aborts', async () => {
    const { sender, payload, limits, sent, failure } = create([new OperationFailed('aborted', 'aborted', { sent: true })]);
    expect(await failure(sender.send(payload, 'any', limits))).toMatchObject({ reason: 'aborted', outcome: 'unknown' });
    expect(sent).toHaveLength(1);
  });

  it('asks another broker when one did not store as wanted, if told so, and is content with the first in the end', async () => {
    const { sender, payload, limits, sent } = create([ResponseCode.FLUSH_DISK_TIMEOUT, lost(false), lost(false)], {
      retryAnotherBrokerWhenNotStoreOK: true,
    });
    expect((await sender.send(payload, 'any', limits)).status).toBe('FLUSH_DISK_TIMEOUT');
    expect(sent).toHaveLength(3);
  });

  it('calls an answer without an offset unknown', async () => {
    const { sender, payload, limits, failure } = create([
      Promise.resolve({ ...answerOf(0), header: { msgId: 'X' } }) as unknown as Promise<never>,
    ]);
    expect(await failure(sender.send(payload, (queues) => queues[0], limits))).toMatchObject({ outcome: 'unknown', reason: 'refused' });
  });

  it('leaves a failing broker out for a while when latency counts', async () => {
    const { clock, sender, payload, limits, sent } = create([], { sendLatencyFaultEnable: true });
    const brokersOf = async (count: number) => {
      sent.length = 0;
      for (let i = 0; i < count; i += 1) await sender.send(payload, 'any', limits);
      return new Set(sent.map(({ address }) => address));
    };
    expect(await brokersOf(4)).toEqual(new Set(['a:1', 'b:1']));
    const slow = create([lost(false)], { sendLatencyFaultEnable: true });
    await slow.sender.send(slow.payload, 'any', slow.limits);
    const failed = slow.sent[0]?.address;
    slow.sent.length = 0;
    for (let i = 0; i < 8; i += 1) await slow.sender.send(slow.payload, 'any', slow.limits);
    expect(slow.sent.map(({ address }) => address)).not.toContain(failed);
    await slow.clock.advance(10_000);
    for (let i = 0; i < 8; i += 1) await slow.sender.send(slow.payload, 'any', slow.limits);
    expect(slow.sent.map(({ address }) => address)).toContain(failed);
    expect(clock.timerCount).toBe(0);
  });

  it('hands a oneway message to the socket and tells when it cannot', async () => {
    const { sender, payload, limits, failure } = create([]);
    await sender.sendOneway(payload, 'any', limits);
    const without = create([], {}, []);
    expect(await failure(without.sender.sendOneway(without.payload, 'any', without.limits))).toMatchObject({
      reason: 'unavailable',
      outcome: 'failed',
    });
  });
});
