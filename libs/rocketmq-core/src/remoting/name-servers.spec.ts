import { defineCommand } from '../protocol/index.js';
import { silentLogger } from '../runtime/index.js';
import { FakeClock, HttpEndpoint } from '../../testing/index.js';
import { RemotingClient } from './client.js';
import { NameServers, nameServerSource, type NameServerSource } from './name-servers.js';
import { route } from './ports.js';
import { RemotingServer } from './server.js';

const Who = defineCommand({ code: 9002, name: 'WHO', access: 'any', request: {}, response: {} });
const clock = new FakeClock();
const random = { below: () => 0, bytes: () => Buffer.alloc(0) };
const logger = silentLogger;
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function nameServer(name: string) {
  const server = new RemotingServer({
    host: '127.0.0.1',
    port: 0,
    clock,
    logger,
    routes: [route(Who, () => ({ code: 0, remark: name }), 'route')],
  });
  const { port } = await server.start();
  cleanUp.push(() => server.stop(0));
  return { address: `127.0.0.1:${port}`, stop: () => server.stop(0) };
}

function nameServers(source: NameServerSource) {
  const client = new RemotingClient({ clock, logger });
  const servers = new NameServers({ source, client, clock, logger, random });
  cleanUp.push(
    () => client.close(0),
    () => servers.stop(),
  );
  return { servers, who: async () => (await servers.invoke(Who, {}, { timeoutMs: 3000 })).remark };
}

describe('nameServerSource', () => {
  it('takes the option, then the environment, then the endpoint', () => {
    const endpoint = 'http://list';
    expect(nameServerSource({ addresses: 'a:1; b:2', environment: 'c:3', endpoint })).toEqual({ kind: 'fixed', addresses: ['a:1', 'b:2'] });
    expect(nameServerSource({ addresses: [], environment: 'c:3', endpoint })).toEqual({ kind: 'fixed', addresses: ['c:3'] });
    expect(nameServerSource({ addresses: ' ; ', endpoint })).toEqual({ kind: 'endpoint', url: endpoint });
    expect(() => nameServerSource({})).toThrow(/namesrvAddr.*NAMESRV_ADDR/);
  });
});

describe('NameServers', () => {
  it('stays with one that answers and moves on when it dies', async () => {
    const [a, b] = [await nameServer('a'), await nameServer('b')];
    const { servers, who } = nameServers({ kind: 'fixed', addresses: [a.address, b.address] });
    await servers.start();
    expect([await who(), await who()]).toEqual(['a', 'a']);
    await a.stop();
    expect([await who(), await who()]).toEqual(['b', 'b']);
    await b.stop();
    await expect(who()).rejects.toMatchObject({ reason: 'connection' });
  });

  it('fetches the list from an endpoint, again every two minutes, and keeps it when the endpoint fails', async () => {
    const endpoint = await HttpEndpoint.listen();
    cleanUp.push(() => endpoint.close());
    const url = `${endpoint.origin}/rocketmq/nsaddr`;
    const { servers } = nameServers({ kind: 'endpoint', url });
    await expect(servers.start()).rejects.toThrow(/status 500/);
    endpoint.replies.push([200, '\n']);
    await expect(servers.start()).rejects.toThrow(/empty list/);
    endpoint.replies.push([200, 'a:1;b:2\nmore'], [200, 'c:3']);
    await servers.start();
    expect(servers.addresses).toEqual(['a:1', 'b:2']);
    await clock.advance(120_000);
    while (servers.addresses.length > 1) await clock.settle();
    expect(servers.addresses).toEqual(['c:3']);
    await clock.advance(120_000);
    while (endpoint.asked.length < 5) await clock.settle();
    expect([servers.addresses, endpoint.asked.at(-1)]).toEqual([['c:3'], '/rocketmq/nsaddr']);
  });
});
