import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

// Below the range that systems take outgoing ports from, so that a port found free stays free while a process starts.
const portMin = 20_000;
const portMax = 24_990;
/** Test processes beside each other have shares of their own: a port is free for a while before whoever asked for it takes it. */
const shares = 8;
const sharePorts = Math.floor((portMax - portMin) / shares / 4) * 4;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port that is free together with those a broker takes beside it: two below (VIP) and one above (replication). */
export async function freeListenPort(): Promise<number> {
  const share = Number(process.env.JEST_WORKER_ID ?? 0) % shares;
  for (;;) {
    const port = portMin + share * sharePorts + 2 + Math.floor((Math.random() * sharePorts) / 4) * 4;
    const free = await Promise.all([port - 2, port, port + 1].map(isFree));
    if (free.every(Boolean)) return port;
  }
}

/** A loopback port of the system's choice on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
