// A consumer to kill, which refuses every message but one that it forgets. Argument: JSON with the folder of the compiled core, name server, group, topic,
// the key it forgets and the point to die at. Prints `ready`, then `seen <key> <failures>` for each delivery before it refuses it.
import { commits, consume } from './consuming.mjs';
import { arm, endWithParent, loader, tell } from './deadly.mjs';

const { folder, namesrvAddr, group, topic, forgottenKey, deadly } = JSON.parse(process.argv[2]);
endWithParent();
const load = loader(folder);
const client = await load('client/index.js');
const { BrokerCalls } = await load('client/instance/calls.js');

class Listener {
  take(message) {
    tell(`seen ${message.keys[0]} ${message.reconsumeTimes}`);
    return message.keys[0] === forgottenKey ? undefined : { retry: true };
  }
}

const call = (methods, when) => ({ prototype: BrokerCalls.prototype, methods, matches: () => true, when });
arm(
  {
    'before a message is sent back': call(['sendBack'], 'before'),
    'after a message is sent back': call(['sendBack'], 'after'),
    'before an offset is committed': commits(BrokerCalls, 'before'),
    'after an offset is committed': commits(BrokerCalls, 'after'),
    'in the listener': { prototype: Listener.prototype, methods: ['take'], matches: () => true, when: 'after' },
  },
  deadly,
);

await consume(client, { namesrvAddr, group, topic, intervalMs: 1000 }, new Listener());
