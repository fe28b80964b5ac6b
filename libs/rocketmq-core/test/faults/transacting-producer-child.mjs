// A producer to kill, whose local transaction is a line in a journal. Argument: JSON with the folder of the compiled core, name server, group, topic,
// journal, the first number, how many to send at full speed, the file that ends the sending, whether it forgets a commit, and the point to die
// at. Prints `ready`, then `begun <number>` before each send, `executed <number>` after each local
// transaction, `asked <number>` for each check, `forgot <number>` for the commit that it denies, and `done` when it sends no more.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { arm, endWithParent, loader, tell } from './deadly.mjs';
import { bodyOf } from './numbered-body.mjs';

const { folder, namesrvAddr, group, topic, journal, first, count, stopFile, forgetsOne, deadly } = JSON.parse(process.argv[2]);
endWithParent();
const load = loader(folder);
const { ClientInstance } = await load('client/index.js');
const { BrokerCalls } = await load('client/instance/calls.js');

const SENDERS = 16;
const SPARE_PAUSE_MS = 20;
/** Two of four commit, at once or when they are asked about. */
const outcomes = ['commit', 'rollback', 'commit', 'rollback'];
const isOpen = (number) => number % 4 >= 2;

class Journal {
  lines = new Set(existsSync(journal) ? readFileSync(journal, 'utf8').split('\n') : []);

  write(number) {
    appendFileSync(journal, `${number}\n`);
    this.lines.add(String(number));
  }
}

class Listener {
  journal = new Journal();
  forgotten;

  executeLocalTransaction({ keys }) {
    const number = Number(keys);
    this.journal.write(number);
    tell(`executed ${number}`);
    return isOpen(number) ? 'unknown' : outcomes[number % 4];
  }

  checkLocalTransaction({ keys: [key] }) {
    tell(`asked ${key}`);
    if (!this.journal.lines.has(key) || this.forgets(Number(key))) return 'rollback';
    return outcomes[Number(key) % 4];
  }

  /** Chosen among those that only a check can end: on a slow machine any send may fail. */
  forgets(number) {
    if (forgetsOne && this.forgotten === undefined && isOpen(number) && outcomes[number % 4] === 'commit') {
      this.forgotten = number;
      tell(`forgot ${number}`);
    }
    return number === this.forgotten;
  }
}

const call = (methods, when) => ({ prototype: BrokerCalls.prototype, methods, matches: () => true, when });
const local = (prototype, method, when) => ({ prototype, methods: [method], matches: () => true, when });
arm(
  {
    'before a half is sent': call(['send'], 'before'),
    'after a half is sent': call(['send'], 'after'),
    'before the local transaction': local(Journal.prototype, 'write', 'before'),
    'after the local transaction': local(Journal.prototype, 'write', 'after'),
    'before the end is told': call(['endTransaction'], 'before'),
    'after the end is told': call(['endTransaction'], 'after'),
    'before a check': local(Listener.prototype, 'checkLocalTransaction', 'before'),
    'after a check': local(Listener.prototype, 'checkLocalTransaction', 'after'),
  },
  deadly,
);

const listener = new Listener();
const client = new ClientInstance({ namesrvAddr, heartbeatBrokerIntervalMs: 500, pollNameServerIntervalMs: 500 });
await client.start();
const producer = client.transactionProducer({
  ...{ group, topics: [topic], listeners: { journal: listener } },
  ...{ retryTimesWhenSendFailed: 0, sendMsgTimeoutMs: 1000 },
});
await producer.start();
tell('ready');

let next = first;
async function sendMany() {
  while (!existsSync(stopFile)) {
    const number = next++;
    // Sent slowly for the points that nobody has come to yet.
    if (listener.journal.lines.size > count) await pause(SPARE_PAUSE_MS);
    tell(`begun ${number}`);
    await producer.sendInTransaction({ topic, body: bodyOf(number), keys: String(number) }, undefined).catch(() => pause(SPARE_PAUSE_MS));
  }
}
await Promise.all(Array.from({ length: SENDERS }, sendMany));
tell('done');
