// A consumer to kill, which tells what it gets. Argument: JSON with the folder of the compiled core, name server, group, topic, the key it never tells,
// and the point to die at. Prints `ready`, then one line of JSON for each delivery.
import { commits, consume } from './consuming.mjs';
import { arm, endWithParent, loader, tell } from './deadly.mjs';

const { folder, namesrvAddr, group, topic, deadly } = JSON.parse(process.argv[2]);
endWithParent();
const load = loader(folder);
const client = await load('client/index.js');
const { BrokerCalls } = await load('client/instance/calls.js');

class Listener {
  take({ keys: [key], body, queue: { queueId }, queueOffset, bornTimestamp, storeTimestamp, properties }) {
    const place = { queueId, queueOffset, bornTimestamp, storeTimestamp };
    tell(JSON.stringify({ key, ...place, properties: Object.fromEntries(properties), body: body.toString('base64') }));
  }
}

const listen = (when) => ({ prototype: Listener.prototype, methods: ['take'], matches: () => true, when });
arm(
  {
    'before a message is told': listen('before'),
    'after a message is told': listen('after'),
    'before an offset is committed': commits(BrokerCalls, 'before'),
    'after an offset is committed': commits(BrokerCalls, 'after'),
  },
  deadly,
);

await consume(client, { namesrvAddr, group, topic, intervalMs: 500 }, new Listener());
