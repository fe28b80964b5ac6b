import type { TopicRouteData } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import { RouteFinder } from './route-finder.js';
import { RouteTable } from './route-table.js';

const routeOf = (readQueueNums: number, writeQueueNums = readQueueNums) =>
  ({
    brokerDatas: [{ cluster: 'C', brokerName: 'b', brokerAddrs: new Map([[0, 'h:1']]) }],
    queueDatas: [{ brokerName: 'b', readQueueNums, writeQueueNums, perm: 6, topicSysFlag: 0 }],
  }) as unknown as TopicRouteData;

function create(routes: Record<string, TopicRouteData | undefined>) {
  const asked: string[] = [];
  const table = new RouteTable();
  const source = {
    route: (topic: string) => {
      asked.push(topic);
      return Promise.resolve(routes[topic]);
    },
  };
  return { asked, table, finder: new RouteFinder({ table, source, logger: silentLogger }) };
}

const defaults = { createTopicKey: 'TBW102', defaultTopicQueueNums: 4 };

describe('RouteFinder', () => {
  it('asks once for lookups that overlap', async () => {
    const { asked, finder } = create({ T: routeOf(2) });
    expect(await Promise.all([finder.refresh('T'), finder.refresh('T')])).toEqual([true, true]);
    await finder.refresh('T');
    expect(asked).toEqual(['T', 'T']);
  });

  it('gives the queues of a known topic without asking again', async () => {
    const { asked, finder } = create({ T: routeOf(2) });
    expect(await finder.publishQueues('T', defaults)).toHaveLength(2);
    expect(await finder.publishQueues('T', defaults)).toHaveLength(2);
    expect(asked).toEqual(['T']);
  });

  it('sends to an unknown topic by the route it will inherit, with no more queues than wanted', async () => {
    const { finder, table } = create({ TBW102: routeOf(8) });
    expect(await finder.publishQueues('New', defaults)).toHaveLength(4);
    expect(table.subscribeQueues('New')).toEqual([]);
    expect(table.masterAddress('b')).toBe('h:1');
  });

  it('replaces an assumed route by the real one', async () => {
    const routes: Record<string, TopicRouteData | undefined> = { TBW102: routeOf(8) };
    const { finder, table } = create(routes);
    await finder.publishQueues('New', defaults);
    routes.New = routeOf(2);
    await finder.refreshAll();
    expect([table.publishQueues('New').length, table.subscribeQueues('New').length]).toEqual([2, 2]);
  });

  it('finds nothing for an unknown topic that must not be created', async () => {
    const { asked, finder } = create({ TBW102: routeOf(8) });
    expect(await finder.publishQueues('New', undefined)).toEqual([]);
    expect(asked).toEqual(['New']);
  });

  it('keeps what it knows when a topic vanishes or the name servers are silent', async () => {
    const routes: Record<string, TopicRouteData | undefined> = { T: routeOf(2) };
    const { finder, table } = create(routes);
    await finder.refresh('T');
    routes.T = undefined;
    await finder.refreshAll();
    expect(table.publishQueues('T')).toHaveLength(2);
  });

  it('refreshes watched topics until nobody watches them', async () => {
    const { asked, finder } = create({});
    const [endFirst, endSecond] = [finder.watch(['T']), finder.watch(['T'])];
    endFirst();
    await finder.refreshAll();
    expect(asked).toEqual(['T']);
    endSecond();
    await finder.refreshAll();
    expect(asked).toEqual(['T']);
  });

  it('tells of changes only', async () => {
    const routes: Record<string, TopicRouteData | undefined> = { T: routeOf(2) };
    const { finder } = create(routes);
    const changed: string[] = [];
    const end = finder.onChange((topic) => changed.push(topic));
    await finder.refresh('T');
    await finder.refresh('T');
    expect(changed).toEqual(['T']);
    routes.T = routeOf(3);
    await finder.refresh('T');
    expect(changed).toEqual(['T', 'T']);
    end();
    routes.T = routeOf(4);
    await finder.refresh('T');
    expect(changed).toHaveLength(2);
  });
});
