// A broker to kill. Argument: JSON with the folder of the compiled core, settings, the point to die at, and whether it is to be hasty with what waits.
// Prints `ready <address>`.
import { arm, endWithParent, loader, tell } from './deadly.mjs';

const { folder, settings, deadly, isHasty } = JSON.parse(process.argv[2]);
endWithParent();
const load = loader(folder);
const { Broker } = await load('broker/index.js');
const { MessageStore } = await load('store/index.js');
const { NodeFileSystem } = await load('runtime/index.js');
const { LevelDelivery } = await load('broker/delay/level-delivery.js');
const { TimerDequeue } = await load('broker/delay/timer-dequeue.js');
const { TimerLoop } = await load('broker/delay/timer-loop.js');
const { TimerCheckpointFile } = await load('store/timer/timer-checkpoint-file.js');
const { TimerFiles } = await load('store/timer/timer-files.js');
const { TimerLog } = await load('store/timer/timer-log.js');
const { TimerWheel } = await load('store/timer/timer-wheel.js');

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
const call = (prototype, method, when) => ({ prototype, methods: [method], matches: () => true, when });
const isTimed = (topic) => topic === 'rmq_sys_wheel_timer';
const isDelivered = (topic) => topic === 'delayed';
const recall = (when) => ({
  ...append(isTimed, when),
  matches: ([draft]) => isTimed(draft.topic) && draft.properties.includes('TIMER_DEL_UNIQKEY'),
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
    'before a message waits for its level': append(isDelayed, 'before'),
    'after a message waits for its level': append(isDelayed, 'after'),
    'before a message waits in the timer': append(isTimed, 'before'),
    'after a message waits in the timer': append(isTimed, 'after'),
    'before a recall is stored': recall('before'),
    'after a recall is stored': recall('after'),
    'before a message is due': append(isDelivered, 'before'),
    'after a message is due': append(isDelivered, 'after'),
    'before units are written': call(TimerFiles.prototype, 'commit', 'before'),
    'after units are written': call(TimerFiles.prototype, 'commit', 'after'),
    'before a tick is cleared': call(TimerFiles.prototype, 'clear', 'before'),
    'after a tick is cleared': call(TimerFiles.prototype, 'clear', 'after'),
    'before the timer log is synced': call(TimerLog.prototype, 'sync', 'before'),
    'after the timer log is synced': call(TimerLog.prototype, 'sync', 'after'),
    'before the wheel is written': call(TimerWheel.prototype, 'write', 'before'),
    'after the wheel is written': call(TimerWheel.prototype, 'write', 'after'),
    'before the checkpoint is written': call(TimerCheckpointFile.prototype, 'store', 'before'),
    'after the checkpoint is written': call(TimerCheckpointFile.prototype, 'store', 'after'),
    'before offsets of levels are saved': save('delayOffset.json', 'before'),
    'after offsets of levels are saved': save('delayOffset.json', 'after'),
    'before offsets of groups are saved': save('consumerOffset.json', 'before'),
    'after offsets of groups are saved': save('consumerOffset.json', 'after'),
  },
  deadly,
);

if (isHasty) {
  LevelDelivery.prototype.isDue = () => true;
  TimerDequeue.prototype.takeRecall = () => [];
  const { presentTick } = TimerLoop.prototype;
  TimerLoop.prototype.presentTick = function () {
    return presentTick.call(this) + 1000;
  };
}

const logger = { log: (level, message, fields) => level === 'error' && console.error(message, fields ?? '') };
const broker = new Broker({ config: settings, logger });
await broker.start();
tell(`ready ${broker.address}`);
