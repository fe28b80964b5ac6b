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
  /** Of the topic of all but one of the examples. */
  let inTopic = 0;
  const acknowledged = (lines: readonly string[]): number => lines.filter((line) => line.includes('sendStatus=SEND_OK')).length;

  /**
   * An example that sends. It gives each answer three to five seconds, of which a busy machine spends most on starting Java: one that was not quick
   * enough runs again. @returns how many messages were acknowledged in all, the last time `wanted` of them
   */
  const producing = async (name: string, wanted: number, countOf: (lines: readonly string[]) => number): Promise<number> => {
    let total = 0;
    for (let left = 5; ; left -= 1) {
      const { code, lines } = await example(name);
      const count = countOf(lines);
      total += count;
      if (code === 0 && count === wanted) return total;
      if (left === 1) throw new Error(`${name} ended with ${code} after ${count} messages:\n${lines.slice(-20).join('\n')}`);
    }
  };
  /** As above: a consumer whose first route took longer than three seconds gives up. */
  const consuming = async (name: string, wanted: number): Promise<number> => {
    const hasGivenUp = (lines: readonly string[]) => lines.some((line) => line.startsWith('Exception in thread "main"'));
    const seen = new Set<string>();
    for (let left = 5; ; left -= 1) {
      const { lines } = await example(name, (printed) => uniqueKeys(printed).size >= wanted || hasGivenUp(printed));
      for (const key of uniqueKeys(lines)) seen.add(key);
      if (!hasGivenUp(lines)) return seen.size;
      if (left === 1) throw new Error(`${name} gave up:\n${lines.slice(-20).join('\n')}`);
    }
  };

  beforeAll(async () => {
    // OnewayProducer has localhost:9876 in its source.
    cluster = await server.start({ nameServerPort: 9876 });
  }, 240_000);

  afterAll(() => cluster.stop(), 240_000);

  it('produces and consumes with the quickstart', async () => {
    inTopic += await producing('quickstart.Producer', 1000, acknowledged);
    expect(await consuming('quickstart.Consumer', inTopic)).toBeGreaterThanOrEqual(inTopic);
  }, 240_000);

  it('produces synchronously, asynchronously and without answers, and consumes', async () => {
    // One after the other: the asynchronous one gives its answers five seconds.
    inTopic += await producing('simple.Producer', 128, acknowledged);
    // It says nothing about its hundred messages.
    await producing('simple.OnewayProducer', 0, () => 0);
    inTopic += 100;
    await producing('simple.AsyncProducer', 100, (lines) => lines.filter((line) => /^\d+ +OK [0-9A-F]+/.test(line)).length);
    expect(await consuming('simple.PushConsumer', inTopic)).toBeGreaterThanOrEqual(inTopic);
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
