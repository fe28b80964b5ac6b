import { MemoryFileSystem } from '../../../testing/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import { LocalOffsets } from './local-offsets.js';

const path = '/home/.rocketmq_offsets/10.0.0.1@DEFAULT/G/offsets.json';
const queue = (queueId: number): MessageQueue => ({ topic: 'T', brokerName: 'b', queueId });

function create(files = new MemoryFileSystem()) {
  const text = (name = path) => files.readFileSync(name)?.toString();
  const put = (name: string, content: string) => {
    files.makeFolderSync(name.slice(0, name.lastIndexOf('/')));
    const handle = files.openSync(name, 'create');
    handle.truncateSync(0);
    handle.writeSync(Buffer.from(content), 0);
    handle.closeSync();
  };
  return { files, text, put, offsets: new LocalOffsets({ files, path, logger: silentLogger }) };
}

describe('LocalOffsets', () => {
  it('keeps offsets in the file of a Java client and finds them again', async () => {
    const { files, text, offsets } = create();
    await offsets.load();
    expect(await offsets.fetch(queue(0))).toBeUndefined();
    offsets.advance(queue(0), 7);
    await offsets.commitAll();
    expect(text()).toBe('{\n\t"offsetTable":{\n\t\t{\n\t\t\t"brokerName":"b",\n\t\t\t"queueId":0,\n\t\t\t"topic":"T"\n\t\t}:7\n\t}\n}');
    const later = create(files).offsets;
    await later.load();
    expect([await later.fetch(queue(0)), later.read(queue(0))]).toEqual([7, 7]);
  });

  it('keeps the offsets of queues that are not consumed now', async () => {
    const { files, offsets } = create();
    await offsets.load();
    for (const id of [0, 1]) offsets.advance(queue(id), 10 + id);
    await offsets.commit(queue(0));
    await offsets.commit(queue(1));
    offsets.remove(queue(0));
    offsets.advance(queue(1), 20);
    await offsets.commitAll();
    const later = create(files).offsets;
    await later.load();
    expect([await later.fetch(queue(0)), await later.fetch(queue(1))]).toEqual([10, 20]);
  });

  it('goes back only when it is set', () => {
    const { offsets } = create();
    offsets.advance(queue(0), 9);
    offsets.advance(queue(0), 5);
    expect(offsets.read(queue(0))).toBe(9);
    offsets.set(queue(0), 5);
    expect(offsets.read(queue(0))).toBe(5);
  });

  it('does not write what is written', async () => {
    const { files, offsets } = create();
    offsets.advance(queue(0), 9);
    await offsets.commitAll();
    files.removeSync(path);
    await offsets.commitAll();
    await offsets.commit(queue(1));
    expect(files.existsSync(path)).toBe(false);
  });

  it('takes the backup when the file is broken, and does not start empty when both are', async () => {
    const { put, offsets } = create();
    put(path, '{"offsetTable":{');
    put(`${path}.bak`, '{"offsetTable":{{"brokerName":"b","queueId":3,"topic":"T"}:4}}');
    await offsets.load();
    expect(await offsets.fetch(queue(3))).toBe(4);
    put(`${path}.bak`, 'also broken');
    await expect(offsets.load()).rejects.toThrow('not readable');
  });
});
