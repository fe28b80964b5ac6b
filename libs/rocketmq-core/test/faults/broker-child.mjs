// A broker to kill. Argument: JSON with the folder of the compiled core, settings, and the point to die at. Prints `ready <address>`.
import { arm, endWithParent, loader } from './deadly.mjs';

const { folder, settings, deadly } = JSON.parse(process.argv[2]);
endWithParent();
const load = loader(folder);
const { Broker } = await load('broker/index.js');
const { MessageStore } = await load('store/index.js');
const { NodeFileSystem } = await load('runtime/index.js');

const append = (isTopic, when) => ({
  prototype: MessageStore.prototype,
  methods: ['append'],
  matches: ([draft]) => isTopic(draft.topic),
  when,
});
const save = (file, when) => ({
  prototype: NodeFileSystem.prototype,
  methods: ['renameSync'],
  // The two renames of a save: the old file becomes the backup, then the new one takes its place.
  matches: ([from, to]) => from.endsWith(file) || to.endsWith(file),
  when,
});
const isDelayed = (topic) => topic === 'SCHEDULE_TOPIC_XXXX';
const isRetry = (topic) => topic.startsWith('%RETRY%');
const isHalf = (topic) => topic === 'RMQ_SYS_TRANS_HALF_TOPIC';
const isOp = (topic) => topic === 'RMQ_SYS_TRANS_OP_HALF_TOPIC';
const isTransacted = (topic) => topic === 'transacted';
// A half that the producer is about to be asked about has a counter.
const moved = (when) => ({
  ...append(isHalf, when),
  matches: ([draft]) => isHalf(draft.topic) && draft.properties.includes('TRANSACTION_CHECK_TIMES'),
});
const isDead = (topic) => topic.startsWith('%DLQ%');

arm(
  {
    'before a retry is stored': append(isDelayed, 'before'),
    'after a retry is stored': append(isDelayed, 'after'),
    'before a retry is delivered': append(isRetry, 'before'),
    'after a retry is delivered': append(isRetry, 'after'),
    'before a dead letter is stored': append(isDead, 'before'),
    'after a dead letter is stored': append(isDead, 'after'),
    'before a half is stored': append(isHalf, 'before'),
    'after a half is stored': append(isHalf, 'after'),
    'before a half is moved': moved('before'),
    'after a half is moved': moved('after'),
    'before a committed message is stored': append(isTransacted, 'before'),
    'after a committed message is stored': append(isTransacted, 'after'),
    'before an op message is stored': append(isOp, 'before'),
    'after an op message is stored': append(isOp, 'after'),
    'before offsets of levels are saved': save('delayOffset.json', 'before'),
    'after offsets of levels are saved': save('delayOffset.json', 'after'),
    'before offsets of groups are saved': save('consumerOffset.json', 'before'),
    'after offsets of groups are saved': save('consumerOffset.json', 'after'),
  },
  deadly,
);

const logger = { log: (level, message, fields) => level === 'error' && console.error(message, fields ?? '') };
const broker = new Broker({ config: settings, logger });
await broker.start();
console.log(`ready ${broker.address}`);
