// A process whose disk loses its power. One argument, JSON: see Writing in writer.ts.
import { openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { compiled, folder, notes, life, store: storeChanges, plan: planPath, laneCount, saves, flaw } = JSON.parse(process.argv[2]);
const load = (layer) => import(pathToFileURL(join(compiled, 'src', layer, 'index.js')).href);
const [{ defaultsOf }, { JsonFile, NodeFileSystem, SystemClock }, { MessageStore, storeSettings }] = await Promise.all(
  ['base', 'runtime', 'store'].map(load),
);

// The parent holds the other end: when it dies, this process must not stay.
process.stdin.on('end', () => process.exit(0)).resume();

class NoDatasync extends NodeFileSystem {
  openSync(path, mode) {
    return Object.assign(super.openSync(path, mode), { datasync: () => Promise.resolve(), datasyncSync: () => undefined });
  }
}
class NoFolderSync extends NodeFileSystem {
  syncFolderSync() {}
  async syncFolder() {}
}
const files = new { none: NodeFileSystem, 'no datasync': NoDatasync, 'no folder sync': NoFolderSync }[flaw]();

const STARTING = 0;
const APPENDED = 1;
const REFUSED = 2;
const SAVED = 3;
const file = openSync(notes, 'a');
function note(kind, number, queueOffset) {
  writeSync(file, Buffer.from(Float64Array.of(kind, life, number, queueOffset).buffer));
}

const host = { ip: Buffer.from([127, 0, 0, 1]), port: 10911 };
const common = {
  sysFlag: 0,
  bornTimestamp: 1,
  bornHost: host,
  storeHost: host,
  reconsumeTimes: 0,
  preparedTransactionOffset: 0,
  waitForStore: true,
};

async function write() {
  const { steps, noise: text } = JSON.parse(readFileSync(planPath, 'utf8'));
  const noise = Buffer.from(text, 'base64');
  const logger = { log: () => undefined };
  const store = new MessageStore({ config: { ...defaultsOf(storeSettings), ...storeChanges }, files, clock: new SystemClock(), logger });
  await store.open();
  let next = 0;
  const lane = async () => {
    while (store.status.kind === 'running') {
      const number = next++;
      const { topic, queueId, bodies } = steps[number % steps.length];
      const messages = bodies.map(({ from, to }, i) => ({
        flag: 0,
        body: noise.subarray(from, to),
        properties: `KEYS\u0001${life} ${number} ${i}\u0002`,
      }));
      const draft = { ...common, topic, queueId };
      const outcome = await (messages.length > 1 ? store.appendBatch({ ...draft, messages }) : store.append({ ...draft, ...messages[0] }));
      if (outcome.kind === 'ok') note(APPENDED, number, outcome.queueOffset);
      else note(REFUSED, number, 0);
    }
  };
  await Promise.all(Array.from({ length: laneCount }, lane));
}

const numbers = new JsonFile({ files, path: join(folder, 'config', 'numbers.json'), parse: JSON.parse });
async function save(from, to) {
  for (let number = from; number <= to; number += 1) {
    await numbers.save(JSON.stringify({ life, number, filler: '.'.repeat((number * 997) % 9000) }));
    note(SAVED, number, 0);
    if (saves.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, saves.pauseMs));
  }
}

note(STARTING, 0, 0);
// After the cut everything fails. Whoever sees that before the cut has failed reports it by ending.
if (saves) {
  numbers.load();
  await save(1, 1);
}
await Promise.all([laneCount > 0 ? write() : undefined, saves ? save(2, saves.count) : undefined]);
