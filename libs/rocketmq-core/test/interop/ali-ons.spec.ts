import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../testing/java-artifacts.js';
import { type Cluster, servers } from './clusters.js';
import { createTopic } from './our-clients.js';

interface Message {
  readonly keys: string;
  readonly tags: string;
  readonly text: string;
  readonly queueId: number;
  readonly queueOffset: number;
}

const byKey = (a: Message, b: Message): number => (a.keys < b.keys ? -1 : 1);

describe.each(servers)('$title with ali-ons', (server) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await server.start();
  }, 240_000);

  afterAll(() => cluster.stop(), 240_000);

  it('lets it send and receive', async () => {
    // It asks no broker to create topics.
    await createTopic(cluster.nameServers, 'from-node');
    const peer = join(repositoryRoot(), 'libs/rocketmq-core/test/interop/ali-ons-peer.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [peer, cluster.nameServers, 'from-node'], { timeout: 200_000 });
    const { sent, received } = JSON.parse(stdout) as { sent: (Message & { sendStatus: string })[]; received: Message[] };
    expect(sent).toHaveLength(30);
    expect(new Set(sent.map(({ sendStatus }) => sendStatus))).toEqual(new Set(['SEND_OK']));
    expect([...received].sort(byKey)).toEqual(
      [...sent].sort(byKey).map(({ keys, tags, text, queueId, queueOffset }) => ({ keys, tags, text, queueId, queueOffset })),
    );
  }, 240_000);
});
