import { jest } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientInstance, type Clock } from 'rocketmq-core/client';
import { NameServer } from 'rocketmq-core/namesrv';
import { freeListenPort, MemoryFileSystem, ScriptedProcess } from 'rocketmq-core/testing';
import { runBroker, type BrokerDoors } from '../src/broker-app.js';
import { apacheMetrics } from './apache-metrics.js';

// The first start loads Nest, which takes its time on a busy machine.
jest.setTimeout(30_000);

/** Real time, but a name server that does not answer is asked again at once. */
const hastyClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs === 5000 ? 20 : delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  nextTurn: (callback) => void setImmediate(callback),
};

describe('rocketmq-broker', () => {
  let folder = '';
  const running: { process: ScriptedProcess; end: Promise<number> }[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rocketmq-broker-'));
  });
  afterEach(async () => {
    for (const { process, end } of running.splice(0)) {
      process.signals.emit('SIGTERM');
      await end;
    }
    await rm(folder, { recursive: true });
  });

  const flags = (more: Record<string, string> = {}) =>
    Object.entries({
      listenPort: '0',
      managementPort: '0',
      storePathRootDir: join(folder, 'store'),
      mappedFileSizeCommitLog: '1048576',
      ...more,
    }).flatMap(([key, value]) => [`--${key}`, value]);
  function start(argv: readonly string[], doors?: BrokerDoors) {
    const process = new ScriptedProcess();
    const end = runBroker(process.door(argv), doors);
    running.push({ process, end });
    return { process, end };
  }
  const ask = async (management: unknown, path: string) => {
    const response = await fetch(`${String(management)}/${path}`);
    return { status: response.status, body: await response.json() };
  };

  it('serves from start to SIGTERM and leaves a cleanly closed store', async () => {
    const { process, end } = start(flags({ brokerName: 'b1', brokerClusterName: 'c1' }));
    const ready = await process.line('ready');
    expect(ready).toMatchObject({ level: 'info', brokerName: 'b1', cluster: 'c1', address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
    expect(await ask(ready.management, 'healthz')).toEqual({ status: 200, body: { status: 'up' } });
    expect(await ask(ready.management, 'readyz')).toEqual({ status: 200, body: { status: 'up' } });
    process.signals.emit('SIGTERM');
    expect(await end).toBe(0);
    expect(process.lines.at(-1)?.msg).toBe('stopped');
    expect(process.stderr).toBe('');
    expect(await readdir(join(folder, 'store'))).not.toContain('abort');
  });

  it('is ready when a name server knows it', async () => {
    const port = await freeListenPort();
    const { process } = start([...flags(), '-n', `127.0.0.1:${port}`], { clock: hastyClock });
    const { management } = await process.line('ready');
    expect(await ask(management, 'readyz')).toEqual({
      status: 503,
      body: { status: 'down', reason: 'no name server has accepted the registration' },
    });
    expect((await ask(management, 'healthz')).status).toBe(200);

    const nameServer = new NameServer({ config: { listenPort: port } });
    await nameServer.start();
    await process.line('registered');
    expect(await ask(management, 'readyz')).toEqual({ status: 200, body: { status: 'up' } });
    await stopAll();
    await nameServer.stop(0);
  });

  it('shows the metrics of Apache’s broker', async () => {
    const nameServer = new NameServer({ config: { listenPort: 0 } });
    await nameServer.start();
    const { process } = start([...flags({ brokerName: 'b1', brokerClusterName: 'c1' }), '-n', nameServer.address]);
    const { management } = await process.line('ready');
    const client = new ClientInstance({ namesrvAddr: nameServer.address });
    await client.start();
    const producer = client.producer({ group: 'senders' });
    await producer.start();
    for (let i = 0; i < 3; i += 1) await producer.send({ topic: 'T', body: Buffer.from('hello') });

    const response = await fetch(`${String(management)}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    const common = 'cluster="c1",node_type="broker",node_id="b1"';
    expect(text).toContain(`rocketmq_messages_in_total{${common},topic="T",message_type="normal",is_system="false"} 3\n`);
    expect(text).toContain(`rocketmq_throughput_in_total{${common},topic="T",message_type="normal",is_system="false"} 15\n`);
    expect(text).toContain(`rocketmq_broker_permission{${common}} 6\n`);
    expect(text).toMatch(/rocketmq_producer_connections\{.*,language="node_js".*\} 1\n/i);
    await client.shutdown(1000);
    await stopAll();
    await nameServer.stop(0);

    const shown = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => ({ name, type }));
    expect(shown.length).toBeGreaterThan(12);
    for (const { name, type } of shown) expect({ name, type }).toEqual({ name, type: apacheMetrics.get(name)?.type });
    for (const [, name = '', labels = ''] of text.matchAll(/^(rocketmq_\w+)\{(.*)\} /gm)) {
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label).sort();
      expect({ name, names }).toEqual({ name, names: apacheMetrics.get(name)?.labels });
    }
  });

  it('ends with 74 when the disk fails', async () => {
    const files = new MemoryFileSystem();
    const nameServer = new NameServer({ config: { listenPort: 0 } });
    await nameServer.start();
    const { process, end } = start([...flags({ flushDiskType: 'SYNC_FLUSH', storePathRootDir: '/store' }), '-n', nameServer.address], {
      files,
    });
    await process.line('ready');
    const client = new ClientInstance({ namesrvAddr: nameServer.address });
    await client.start();
    const producer = client.producer({ group: 'senders', retryTimesWhenSendFailed: 0 });
    await producer.start();

    files.fault = ({ kind, path }) => (kind === 'sync' && path.includes('commitlog') ? 'EIO' : undefined);
    await expect(producer.send({ topic: 'T', body: Buffer.from('hello') })).rejects.toThrow();
    expect(await end).toBe(74);
    expect(process.stderr).toMatch(/^rocketmq-broker: .*EIO.*\n$/);
    await client.shutdown(0);
    await nameServer.stop(0);
  });

  it('reads Apache’s keys: flags before the environment before the file', async () => {
    const file = join(folder, 'broker.conf');
    await writeFile(
      file,
      'brokerClusterName = DefaultCluster\nbrokerName = broker-x\nbrokerId = 0\ndeleteWhen = 04\nfileReservedTime = 48\nbrokerRole = ASYNC_MASTER\nflushDiskType = SYNC_FLUSH\nlistenPort=1\n',
    );
    const process = new ScriptedProcess();
    const argv = ['-c', file, '-p', '-n', '10.0.0.1:9876;10.0.0.2:9876', '--maxMessageSize', '1000'];
    expect(await runBroker(process.door(argv, { ROCKETMQ_LISTEN_PORT: '2', ROCKETMQ_MAX_MESSAGE_SIZE: '2000' }))).toBe(0);
    const printed = new Map(
      process.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('=', 2) as [string, string]),
    );
    expect(Object.fromEntries(printed)).toMatchObject({
      ...{ brokerName: 'broker-x', flushDiskType: 'SYNC_FLUSH', listenPort: '2', maxMessageSize: '1000' },
      ...{ namesrvAddr: '10.0.0.1\\:9876;10.0.0.2\\:9876', managementPort: '10915', bindAddress: '127.0.0.1', allowAnonymous: 'false' },
    });
  });

  it('has the ports of Apache when nothing is set', async () => {
    const process = new ScriptedProcess();
    expect(await runBroker(process.door(['-p']))).toBe(0);
    expect(process.stdout).toMatch(/^listenPort=10911$/m);
    expect(process.stdout).toMatch(/^bindAddress=127\.0\.0\.1$/m);
  });

  it('refuses what it cannot run with: one message, no start', async () => {
    const refused = async (argv: readonly string[]) => {
      const process = new ScriptedProcess();
      const code = await runBroker(process.door(argv));
      expect(process.lines.filter(({ msg }) => msg === 'ready')).toEqual([]);
      return `${code} ${process.stderr}`;
    };
    expect(await refused(flags({ flushDiskType: 'NEVER', brokerId: 'x' }))).toMatch(/^64 .*\n.*flushDiskType=NEVER.*\n.*brokerId=x/);
    expect(await refused(['-c', join(folder, 'missing.conf')])).toMatch(/^64 .*missing\.conf/);
    expect(await refused(flags({ managementAddress: '0.0.0.0' }))).toMatch(/^64 .*managementAddress=0\.0\.0\.0.*allowAnonymous=true\n$/);
    expect(await refused(flags({ bindAddress: '0.0.0.0' }))).toMatch(/^1 .*bindAddress=0\.0\.0\.0.*allowAnonymous=true\n$/);
    expect(await refused(flags({ brokerIP1: 'here' }))).toMatch(/^1 rocketmq-broker cannot start: brokerIP1=here is no IP address\n$/);
  });

  it('ends with 1 when another broker has the store or a port is taken', async () => {
    const first = start(flags());
    const { address, management } = await first.process.line('ready');
    const second = start(flags());
    expect(await second.end).toBe(1);
    expect(second.process.stderr).toMatch(/^rocketmq-broker cannot start: .*store.*\n$/);
    const third = start(flags({ storePathRootDir: join(folder, 'other'), listenPort: String(address).split(':')[1] ?? '' }));
    expect(await third.end).toBe(1);
    expect(third.process.stderr).toMatch(/^rocketmq-broker cannot start: .*EADDRINUSE.*\n$/);
    const { port } = new URL(String(management));
    const fourth = start(flags({ storePathRootDir: join(folder, 'other'), managementPort: port }));
    expect(await fourth.end).toBe(1);
    expect(fourth.process.stderr).toMatch(
      new RegExp(`^rocketmq-broker cannot start: managementPort=${port} .*EADDRINUSE.* Set another managementPort.*\n$`),
    );
  });

  async function stopAll(): Promise<void> {
    for (const { process, end } of running) {
      process.signals.emit('SIGTERM');
      await end;
    }
  }
});
