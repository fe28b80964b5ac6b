import { compiledClasses } from '../../testing/java-artifacts.js';
import { type JavaRunResult, javaRun } from '../../testing/java-cluster.js';
import { type Cluster, servers } from './clusters.js';

const version = '5.5.0';

describe.each(servers)('$title with the examples of Apache RocketMQ 5.5.0, unmodified', (server) => {
  let cluster: Cluster;
  const example = (name: string, enough?: (lines: readonly string[]) => boolean): Promise<JavaRunResult> =>
    javaRun({
      kind: 'example',
      version,
      mainClass: `org.apache.rocketmq.example.${name}`,
      nameServers: cluster.nameServers,
      ...(enough === undefined ? {} : { enough }),
    });
  const uniqueKeys = (lines: readonly string[]): Set<string> =>
    new Set(lines.flatMap((line) => [...line.matchAll(/UNIQ_KEY=([0-9A-F]+)/g)].map((match) => match[1] ?? '')));
  const acknowledged = (lines: readonly string[]): number => lines.filter((line) => line.includes('sendStatus=SEND_OK')).length;

  beforeAll(async () => {
    // OnewayProducer has localhost:9876 in its source.
    cluster = await server.start({ nameServerPort: 9876 });
  }, 240_000);

  afterAll(() => cluster.stop(), 240_000);

  it('produces and consumes with the quickstart', async () => {
    const { code, lines } = await example('quickstart.Producer');
    expect(code).toBe(0);
    expect(acknowledged(lines)).toBe(1000);
    const consumed = await example('quickstart.Consumer', (printed) => uniqueKeys(printed).size >= 1000);
    expect(uniqueKeys(consumed.lines).size).toBe(1000);
  }, 240_000);

  it('produces synchronously, asynchronously and without answers, and consumes', async () => {
    // One after the other: the asynchronous one gives its answers five seconds.
    const simple = await example('simple.Producer');
    const oneway = await example('simple.OnewayProducer');
    const asynchronous = await example('simple.AsyncProducer');
    expect([simple.code, oneway.code, asynchronous.code]).toEqual([0, 0, 0]);
    expect(acknowledged(simple.lines)).toBe(128);
    expect(asynchronous.lines.filter((line) => /^\d+ +OK [0-9A-F]+/.test(line))).toHaveLength(100);
    const { lines } = await example('simple.PushConsumer', (printed) => uniqueKeys(printed).size >= 1228);
    // One that gives up says why in its last lines.
    expect([uniqueKeys(lines).size, lines.slice(-5)]).toEqual([1228, expect.anything()]);
  }, 240_000);

  it('commits in any order with RandomAsyncCommit', async () => {
    const { code, lines } = await javaRun({
      kind: 'example',
      version,
      mainClass: 'CommitInAnyOrder',
      classes: [compiledClasses('example', 'example', version)],
      // The group is known to the broker from the test before.
      args: ['TopicTest', 'CID_JODIE_1'],
      nameServers: cluster.nameServers,
    });
    expect(code).toBe(0);
    const queues = lines.filter((line) => line.startsWith('queue '));
    expect(queues).toHaveLength(4);
    for (const line of queues) {
      const [, pulled, committed] = /pulled (\d+) committed (\d+)/.exec(line) ?? [];
      // All but the last message of the queue were finished.
      expect(Number(committed)).toBe(Number(pulled) - 1);
    }
  }, 240_000);
});
