import { createServer } from 'node:net';

// Below the range that systems take outgoing ports from, so that a port found free stays free while a process starts.
const portMin = 20_000;
const portMax = 24_990;
/** Test processes beside each other have shares of their own: a port is free for a while before whoever asked for it takes it. */
const shares = 8;
/** What a broker takes beside its port. */
const portsOfEach = 4;
const places = Math.floor((portMax - portMin) / shares / portsOfEach);

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** For the same reason none is handed out twice. */
class Places {
  private static next = Math.floor(Math.random() * places);

  static take(): number {
    return this.next++ % places;
  }
}

/** A loopback port on which nothing listens, free together with those a broker takes beside it: two below (VIP) and one above (replication). */
export async function freeListenPort(): Promise<number> {
  const share = Number(process.env.JEST_WORKER_ID ?? 0) % shares;
  for (;;) {
    const port = portMin + (share * places + Places.take()) * portsOfEach + 2;
    const free = await Promise.all([port - 2, port, port + 1].map(isFree));
    if (free.every(Boolean)) return port;
  }
}
