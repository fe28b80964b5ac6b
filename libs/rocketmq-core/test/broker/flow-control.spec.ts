import { deferred } from '../../src/base/index.js';
import { decodeKVTable, GetBrokerRuntimeInfo, ResponseCode } from '../../src/protocol/index.js';
import { eventually } from '../../testing/eventually.js';
import { NodeFileSystem, type FileHandle, type FileSystem } from '../../src/runtime/index.js';
import { BrokerFixture } from './broker-fixture.js';

/** A disk on which writes in the background to the commit log hang until they are let go. */
class HangingFiles extends NodeFileSystem {
  private gate = deferred<void>();
  hanging = false;

  override openSync(path: string, mode: Parameters<FileSystem['openSync']>[1]): FileHandle {
    const handle = super.openSync(path, mode);
    if (!path.includes('commitlog')) return handle;
    const write = handle.write.bind(handle);
    handle.write = async (bytes, position) => {
      if (this.hanging) await this.gate.promise;
      return write(bytes, position);
    };
    return handle;
  }

  letGo(): void {
    this.hanging = false;
    this.gate.resolve();
    this.gate = deferred();
  }
}

/** It is there from the start: a send to a new topic first waits until that is saved. */
const TOPIC = 'BenchmarkTest';

describe('a broker whose disk hangs', () => {
  const files = new HangingFiles();
  const fixture = new BrokerFixture();
  afterAll(async () => {
    files.letGo();
    await fixture.close();
  });

  it('answers sends that wait too long SYSTEM_BUSY, serves everything else, and goes on when the disk does', async () => {
    files.hanging = true;
    // Only there the log is written ahead of its records, in the background.
    const settings = { flushDiskType: 'SYNC_FLUSH', waitTimeMillsInSendQueue: 50, osPageCacheBusyTimeOutMills: 600_000 } as const;
    await fixture.start(settings, { files });
    const client = fixture.client();
    // It has its place in the log before the broker finds out that it cannot write there: it waits for the disk.
    const first = client.send(TOPIC, 'first');
    // Behind it on the connection.
    expect((await client.pull(TOPIC, 0)).code).toBe(ResponseCode.PULL_NOT_FOUND);
    const late = await client.send(TOPIC, 'waits');
    expect(late.code).toBe(ResponseCode.SYSTEM_BUSY);
    expect(late.remark).toMatch(
      /^\[TIMEOUT_CLEAN_QUEUE\]broker busy, start flow control for a while, period in queue: \d+ms, size of queue: 0$/,
    );
    expect((await client.pull(TOPIC, 0)).code).toBe(ResponseCode.PULL_NOT_FOUND);
    files.letGo();
    expect((await first).code).toBe(ResponseCode.SUCCESS);
    expect((await client.send(TOPIC, 'again')).code).toBe(ResponseCode.SUCCESS);
  });
});

describe('a sender that floods a broker whose disk hangs', () => {
  const files = new HangingFiles();
  const fixture = new BrokerFixture();
  afterAll(async () => {
    files.letGo();
    await fixture.close();
  });

  it('is read no further than its connection may go; others are served, and nothing is lost', async () => {
    files.hanging = true;
    const settings = { connectionRequestsMax: 20, brokerFastFailureEnable: false, osPageCacheBusyTimeOutMills: 600_000 };
    await fixture.start(settings, { files });
    const sender = fixture.client('sender');
    const body = 'x'.repeat(16_000);
    const sends = Array.from({ length: 500 }, () => sender.send('T', body));
    const other = fixture.client('other');
    const sizeOfLane = async () => {
      const { body: info } = await other.call(GetBrokerRuntimeInfo, {});
      return Number(decodeKVTable(info).table.get('sendThreadPoolQueueSize'));
    };
    const size = await eventually('as many requests as the connection may have', sizeOfLane, (now) => now >= 20);
    // What came with the last bytes that were read is there, too.
    expect(size).toBeLessThan(40);
    files.letGo();
    expect((await Promise.all(sends)).filter(({ code }) => code === ResponseCode.SUCCESS)).toHaveLength(500);
    expect(await sizeOfLane()).toBe(0);
  });
});
