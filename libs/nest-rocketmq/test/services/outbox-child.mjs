// The relay of an outbox, in a process made to be killed. Arguments: folder of the compiled code, database, name servers, table.
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [folder, connectionString, namesrvAddr, table] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(folder, path)).href);
const { ClientInstance, SystemClock } = await load('src/client/index.js');
const { OutboxRelay } = await load('outbox/relay-loop.js');
const { PostgresOutboxStore } = await load('outbox/postgres/postgres-outbox.store.js');
const { default: pg } = await load('node_modules/pg/lib/index.js');

const client = new ClientInstance({ namesrvAddr });
await client.start();
const producer = client.producer({ group: 'outbox' });
await producer.start();
const relay = new OutboxRelay({
  store: new PostgresOutboxStore({ pool: new pg.Pool({ connectionString }), table }),
  clock: new SystemClock(),
  logger: { log: () => undefined },
  send: (message, shardingKey) => producer.send(message, shardingKey === undefined ? {} : { shardingKey }),
  options: { pollIntervalMs: 50, batchSize: 20 },
});
relay.start();
process.stdout.write('ready\n');
