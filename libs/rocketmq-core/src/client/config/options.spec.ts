import { SeededRandom } from '../../../testing/index.js';
import { type ClientOptions, resolveClientOptions } from './client-options.js';
import { resolveConsumerOptions, type PushConsumerOptions } from './consumer-options.js';
import { resolveProducerOptions, type ProducerOptions } from './producer-options.js';

const resolve = (options: ClientOptions) => resolveClientOptions({ env: {}, clientIP: '10.0.0.1', ...options });

describe('resolveClientOptions', () => {
  it('takes name servers from the options, then from the environment, then from the endpoint', () => {
    const env = { NAMESRV_ADDR: 'env:1' };
    const namesrvEndpoint = 'http://config/nsaddr';
    expect(resolve({ namesrvAddr: 'a:1; b:2 ;', env, namesrvEndpoint }).nameServers).toEqual({ kind: 'fixed', addresses: ['a:1', 'b:2'] });
    expect(resolve({ namesrvAddresses: ['[::1]:9876'], env }).nameServers).toEqual({ kind: 'fixed', addresses: ['[::1]:9876'] });
    expect(resolve({ env, namesrvEndpoint }).nameServers).toEqual({ kind: 'fixed', addresses: ['env:1'] });
    expect(resolve({ namesrvAddr: '', namesrvEndpoint }).nameServers).toEqual({ kind: 'endpoint', url: namesrvEndpoint });
  });

  it('says what to do when there is none', () => {
    expect(() => resolve({})).toThrow('NAMESRV_ADDR');
  });

  it.each(['host', 'host:0', 'host:65536', 'a b:1', ':1', 'http://host:1'])('refuses %j as a name server', (namesrvAddr) => {
    expect(() => resolve({ namesrvAddr })).toThrow('host:port');
  });

  it('refuses an endpoint that is no web address', () => {
    expect(() => resolve({ namesrvEndpoint: 'file:///etc/passwd' })).toThrow('http');
  });

  it('gives every instance an id of its own', () => {
    const options = { namesrvAddr: 'a:1', instanceName: 'orders', unitName: 'u' };
    const [first, second] = [resolve(options).clientId, resolve(options).clientId];
    expect(first).toMatch(/^10\.0\.0\.1@orders-\d+#[0-9a-f]{12}@u$/);
    expect(second).not.toBe(first);
    expect(resolve({ namesrvAddr: 'a:1', random: new SeededRandom(1) }).clientId).toMatch(/^10\.0\.0\.1@\d+#[0-9a-f]{12}$/);
  });

  it('refuses times out of range', () => {
    expect(() => resolve({ namesrvAddr: 'a:1', pollNameServerIntervalMs: 0 })).toThrow('pollNameServerIntervalMs');
    expect(() => resolve({ namesrvAddr: 'a:1', mqClientApiTimeoutMs: 1.5 })).toThrow('whole number');
  });
});

describe('resolveProducerOptions', () => {
  it('has the defaults of Java', () => {
    expect(resolveProducerOptions({ group: 'P' })).toMatchObject({
      sendMsgTimeoutMs: 3000,
      retryTimesWhenSendFailed: 2,
      compressMsgBodyOverHowmuch: 4096,
      compressType: 'zlib',
      compressLevel: 5,
      maxMessageSize: 4 * 1024 * 1024,
      createTopicKey: 'TBW102',
      defaultTopicQueueNums: 4,
      sendLatencyFaultEnable: false,
      retryAnotherBrokerWhenNotStoreOK: false,
    });
    expect([...resolveProducerOptions({ group: 'P' }).retryResponseCodes].sort((a, b) => a - b)).toEqual([
      1, 2, 14, 16, 17, 204, 205, 1500,
    ]);
  });

  it.each<[string, Partial<ProducerOptions>]>([
    ['group', { group: '' }],
    ['group', { group: 'a b' }],
    ['group', { group: 'g'.repeat(121) }],
    ['sendMsgTimeoutMs', { sendMsgTimeoutMs: 0 }],
    ['sendMsgMaxTimeoutPerRequestMs', { sendMsgMaxTimeoutPerRequestMs: -1 }],
    ['retryTimesWhenSendFailed', { retryTimesWhenSendFailed: -1 }],
    ['compressLevel', { compressLevel: 10 }],
    ['inFlightMax', { inFlightMax: 9 }],
  ])('refuses a wrong %s', (field, options) => {
    expect(() => resolveProducerOptions({ group: 'P', ...options })).toThrow(expect.objectContaining({ name: 'InvalidInput', field }));
  });
});

describe('resolveConsumerOptions', () => {
  const base: PushConsumerOptions = { group: 'G', subscriptions: new Map([['T', '*']]), onMessage: () => undefined };

  it('has the defaults of Java', () => {
    expect(resolveConsumerOptions(base)).toMatchObject({
      concurrency: 20,
      consumeMessageBatchMaxSize: 1,
      consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
      allocateMessageQueueStrategy: 'AVG',
      pullBatchSize: 32,
      pullBatchSizeInBytes: 262_144,
      pullThresholdForQueue: 1000,
      pullThresholdSizeForQueue: 100,
      consumeConcurrentlyMaxSpan: 2000,
      maxReconsumeTimes: undefined,
      consumeTimeoutMs: 900_000,
      persistConsumerOffsetIntervalMs: 5000,
      orderly: false,
      messageModel: 'CLUSTERING',
      suspendCurrentQueueTimeMs: 1000,
      maxTimeConsumeContinuouslyMs: 60_000,
      lockIntervalMs: 20_000,
      lockMaxLiveTimeMs: 30_000,
      rebalanceIntervalMs: 20_000,
    });
  });

  it('delivers one by one to onMessage, whatever the batch size', () => {
    expect(resolveConsumerOptions({ ...base, consumeMessageBatchMaxSize: 10 }).consumeMessageBatchMaxSize).toBe(1);
    const batch = { ...base, onMessage: undefined, onBatch: () => undefined, consumeMessageBatchMaxSize: 10 };
    expect(resolveConsumerOptions(batch).consumeMessageBatchMaxSize).toBe(10);
  });

  it('keeps the subscriptions as they were when it was made', () => {
    const subscriptions = new Map([['T', '*']]);
    const settings = resolveConsumerOptions({ ...base, subscriptions });
    subscriptions.set('U', '*');
    expect([...settings.subscriptions.keys()]).toEqual(['T']);
  });

  it.each<[string, Partial<PushConsumerOptions>]>([
    ['group', { group: 'a b' }],
    ['subscriptions', { subscriptions: new Map() }],
    ['subscriptions', { subscriptions: new Map([['a b', '*']]) }],
    ['onMessage', { onMessage: undefined }],
    ['onMessage', { onBatch: () => undefined }],
    ['concurrency', { concurrency: 1001 }],
    ['pullThresholdForTopic', { pullThresholdForTopic: 0 }],
    ['maxReconsumeTimes', { maxReconsumeTimes: -2 }],
    ['messageModel', { messageModel: 'toString' as 'CLUSTERING' }],
    ['suspendCurrentQueueTimeMs', { suspendCurrentQueueTimeMs: 30_001 }],
    ['lockMaxLiveTimeMs', { lockIntervalMs: 1000, lockMaxLiveTimeMs: 1000 }],
    ['allocateMessageQueueStrategy', { allocateMessageQueueStrategy: 'toString' as 'AVG' }],
  ])('refuses a wrong %s', (field, options) => {
    expect(() => resolveConsumerOptions({ ...base, ...options })).toThrow(expect.objectContaining({ name: 'InvalidInput', field }));
  });
});
