// What both applications of every contestant do, whatever carries the messages. Knows no Nest; the parent tells it what to do by messages.

/** Of every payload, as JSON. */
const PAYLOAD_BYTES = 256;
const OUTSTANDING_MAX = 256;

const nowMs = () => performance.timeOrigin + performance.now();
const ready = (bootedAt) => process.send({ kind: 'ready', atMs: bootedAt });

function payload(id) {
  const message = { id, at: nowMs(), pad: '' };
  message.pad = 'x'.repeat(Math.max(0, PAYLOAD_BYTES - JSON.stringify(message).length));
  return message;
}

/** The consumer: `handle` is its handler. It reports when as many messages came as it was told to expect. */
export function consumer() {
  let expected = Infinity;
  let latencies = [];
  let warmUp = 0;
  process.on('message', (command) => {
    if (command.kind !== 'expect') return;
    ({ count: expected, warmUp } = command);
    latencies = [];
    process.send({ kind: 'expecting' });
  });
  const report = () => {
    const sorted = Float64Array.from(latencies.slice(warmUp)).sort();
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    process.send({ kind: 'consumed', atMs: nowMs(), p50Ms: at(0.5), p99Ms: at(0.99) });
  };
  return {
    ready: () => ready(nowMs()),
    async handle({ at }) {
      await Promise.resolve();
      latencies.push(nowMs() - at);
      if (latencies.length === expected) report();
    },
  };
}

async function sendAll(send, count) {
  let next = 0;
  const lane = async () => {
    while (next < count) await send(payload(next++));
  };
  await Promise.all(Array.from({ length: OUTSTANDING_MAX }, lane));
}

/** Sends what is due every few milliseconds, however long the answers take. Keeps nothing of an answer, as an application would not. */
async function sendAtRate(send, count, perSecond) {
  const beganMs = nowMs();
  let [begun, open] = [0, 0];
  let failure;
  const settled = () => (open -= 1);
  const failed = (error) => (failure ??= error);
  while (begun < count || open > 0) {
    if (failure !== undefined) throw failure;
    const due = Math.min(count, Math.floor(((nowMs() - beganMs) / 1000) * perSecond));
    for (; begun < due; begun += 1, open += 1) send(payload(begun)).then(settled, failed);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The producer: `send` resolves when the server has the message. */
export function producer(send) {
  process.on('message', async ({ kind, count, perSecond }) => {
    if (kind !== 'send') return;
    const beganMs = nowMs();
    try {
      if (perSecond === undefined) await sendAll(send, count);
      else await sendAtRate(send, count, perSecond);
      process.send({ kind: 'sent', beganMs, atMs: nowMs() });
    } catch (error) {
      process.send({ kind: 'failed', error: String(error?.stack ?? error) });
    }
  });
  ready(nowMs());
}

/** Puts a decorator on a method, as a compiler would. */
export function decorate(target, name, decorator) {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name);
  Object.defineProperty(target.prototype, name, decorator(target.prototype, name, descriptor) ?? descriptor);
}

/** Ends with the parent, and when it says so. */
export function endWith(app) {
  process.once('disconnect', () => void app.close().finally(() => process.exit()));
}
