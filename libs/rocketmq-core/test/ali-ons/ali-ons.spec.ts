import { Cluster } from '../client/cluster.js';
import { expectAliOnsToSendAndReceive } from './ali-ons-run.js';

describe('our broker with ali-ons', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.start();
  });

  afterAll(() => cluster.stop());

  it('lets it send and receive', async () => {
    const { topics } = (await cluster.client()).admin();
    await topics.createOrUpdate({ topic: 'from-node', readQueueNums: 4, writeQueueNums: 4 });
    await expectAliOnsToSendAndReceive(cluster.namesrvAddr, 'from-node');
  }, 240_000);
});
