// A producer to kill, whose messages wait for a level or for a time of their own; some of them it takes back. Argument: JSON with the folder of the
// compiled core, name server, topic, its queues, the first number, how many to send at full speed, the file that ends the sending, and the point to die
// at. Prints `ready`, then `begun <number>` before each send, `settled <number> <fate>` after it, `recalling <number>` before a recall, `recalled
// <number>` or `kept <number>` when the broker has answered it, `last <number>` for the message that comes last in its queue, and `done`.
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { arm, endWithParent, loader, tell } from './deadly.mjs';
import { bodyOf } from './numbered-body.mjs';

const { folder, namesrvAddr, topic, brokerName, queues, first, count, stopFile, deadly } = JSON.parse(process.argv[2]);
endWithParent();
const load = loader(folder);
const { ClientInstance, isCallRefused, isSendFailed, ResponseCode } = await load('client/index.js');
const { BrokerCalls } = await load('client/instance/calls.js');

const SENDERS = 16;
const SPARE_PAUSE_MS = 50;
const LEVELS = 18;
/** The longest delay, and one that is over after all others. */
const DELAY_MAX_MS = 3000;
const LAST_DELAY_MS = DELAY_MAX_MS + 1000;

const call = (method, when) => ({ prototype: BrokerCalls.prototype, methods: [method], matches: () => true, when });
arm(
  {
    'before a message is sent': call('send', 'before'),
    'after a message is sent': call('send', 'after'),
    'before a recall is sent': call('recall', 'before'),
    'after a recall is sent': call('recall', 'after'),
  },
  deadly,
);

const client = new ClientInstance({ namesrvAddr, heartbeatBrokerIntervalMs: 500, pollNameServerIntervalMs: 500 });
await client.start();
const producer = client.producer({ group: 'delayers', retryTimesWhenSendFailed: 0, sendMsgTimeoutMs: 2000 });
await producer.start();
tell('ready');

/** Spread without chance: a run can be told again. */
const upTo = (number, max) => 1 + ((number * 7919) % max);
const delays = [
  (number) => ({ delayTimeLevel: 1 + ((number >> 3) % LEVELS) }),
  (number) => ({ delayMs: upTo(number, DELAY_MAX_MS) }),
  (number) => ({ delayTimeLevel: 1 + ((number >> 3) % LEVELS) }),
  (number) => ({ deliverAt: Date.now() + upTo(number, DELAY_MAX_MS) }),
  () => ({ delaySec: 1 }),
  (number) => ({ delayMs: upTo(number, 300) }),
  // Taken back: at once, or while it is half over.
  () => ({ delayMs: DELAY_MAX_MS }),
  (number) => ({ deliverAt: Date.now() + 600 + upTo(number, 2000) }),
];
const recallPauses = { 6: () => 0, 7: (number) => 300 + upTo(number, 1000) };

let next = first;
let acknowledged = 0;
const recalls = new Set();

async function send(delayOf, options) {
  const number = next++;
  tell(`begun ${number}`);
  const message = { topic, body: bodyOf(number), keys: String(number), ...delayOf(number) };
  const sent = await producer.send(message, options).catch((error) => ({ fate: isSendFailed(error) ? error.outcome : 'unknown' }));
  tell(`settled ${number} ${sent.fate ?? 'acknowledged'}`);
  return { number, fate: sent.fate ?? 'acknowledged', recallHandle: sent.recallHandle };
}

async function recall(number, recallHandle) {
  await pause(recallPauses[number % delays.length](number));
  tell(`recalling ${number}`);
  const answer = await producer.recall(topic, recallHandle, { timeoutMs: 2000 }).then(
    () => 'recalled',
    // The only refusal that leaves no doubt: its time has come.
    (error) => (isCallRefused(error) && error.code === ResponseCode.ILLEGAL_OPERATION ? 'kept' : undefined),
  );
  if (answer !== undefined) tell(`${answer} ${number}`);
}

async function sendMany() {
  while (!existsSync(stopFile)) {
    // Sent slowly for the points that nobody has come to yet.
    if (next - first > count || acknowledged > count) await pause(SPARE_PAUSE_MS);
    const { number, fate, recallHandle } = await send(delays[next % delays.length]);
    if (fate !== 'acknowledged') await pause(SPARE_PAUSE_MS);
    else acknowledged += 1;
    if (!(number % delays.length in recallPauses) || recallHandle === undefined) continue;
    const one = recall(number, recallHandle).finally(() => recalls.delete(one));
    recalls.add(one);
  }
}

async function sendLast(queueId) {
  for (;;) {
    const { number, fate } = await send(() => ({ delayMs: LAST_DELAY_MS }), { queue: { topic, brokerName, queueId } });
    if (fate === 'acknowledged') return tell(`last ${number}`);
    await pause(SPARE_PAUSE_MS);
  }
}

await Promise.all(Array.from({ length: SENDERS }, sendMany));
await Promise.all(recalls);
await Promise.all(Array.from({ length: queues }, (_, queueId) => sendLast(queueId)));
tell('done');
