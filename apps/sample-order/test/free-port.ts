import { createServer } from 'node:net';

// Below the range that systems take the ports of outgoing connections from: what is free stays free until it is taken here. Jest's workers have each a
// hundred of their own.
const portMin = 25_000;
const portsOfEach = 100;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A loopback port on which nothing listens. */
export async function freePort(): Promise<number> {
  const from = portMin + (Number(process.env.JEST_WORKER_ID ?? 0) % 10) * portsOfEach;
  for (;;) {
    const port = from + Math.floor(Math.random() * portsOfEach);
    if (await isFree(port)) return port;
  }
}
