import { eventually } from '../../../testing/eventually.js';
import { ResponseCode, UnregisterClient } from '../../../src/protocol/index.js';
import { subscriptionTo, type TestClient } from '../../broker/broker-fixture.js';
import { eachAlone, onlyOurs, type Scenario, type ScenarioWorld } from './frame.js';
import { rawCaller } from './raw-caller.js';
import { keysOf, untilKeys } from './watched-list.js';

/** Bit of the sysFlag of a pull: it brings its own expression, and the heartbeat of the group does not matter. */
const SUBSCRIPTION = 4;
/** As Java: ForbiddenType.SUBSCRIPTION_FORBIDDEN. */
const FORBIDDEN_FOR_THE_TOPIC = 5;

const sqlTo = (topic: string, subString: string, subVersion: number) => ({
  ...subscriptionTo(topic, '*', subVersion),
  ...{ subString, expressionType: 'SQL92' },
});

/** What the broker says to pulls of a group as its heartbeats have told it. */
const puller = (caller: TestClient, consumerGroup: string) => async (topic: string, subVersion: number) =>
  (await caller.pull(topic, 0, { consumerGroup, sysFlag: 0, subVersion, subscription: undefined })).code;

/** A topic with a message in its only queue, seen by pulls. */
async function filledTopic({ from, topic: create }: ScenarioWorld, caller: TestClient, group: string): Promise<string> {
  const topic = await create('pulled', { readQueueNums: 1, writeQueueNums: 1 });
  await from.send({ topic, prefix: 'pulled' });
  await eventually(
    'the message at a pull',
    async () => (await caller.pull(topic, 0, { consumerGroup: group })).code,
    (code) => code === ResponseCode.SUCCESS,
  );
  return topic;
}

/** Why a pull is refused: both brokers have the same code for the same history. */
export const pullRefusalScenarios: readonly Scenario[] = [
  {
    name: 'knows whether a pull is older or newer than the subscription of its group',
    pairs: onlyOurs,
    async run(world) {
      const caller = rawCaller(world);
      const group = await world.group('versions');
      const topic = await filledTopic(world, caller, await world.group('lookers'));
      const other = await world.topic('other');
      const pull = puller(caller, group);
      expect(await pull(topic, 1)).toBe(ResponseCode.SUBSCRIPTION_NOT_EXIST);
      await caller.subscribe(group, subscriptionTo(other));
      expect(await pull(topic, 1)).toBe(ResponseCode.SUBSCRIPTION_NOT_EXIST);
      await caller.subscribe(group, subscriptionTo(topic, '*', 3));
      expect(await pull(topic, 4)).toBe(ResponseCode.SUBSCRIPTION_NOT_LATEST);
      expect(await pull(topic, 3)).toBe(ResponseCode.SUCCESS);
      expect(await pull(topic, 2)).toBe(ResponseCode.SUCCESS);
      await caller.subscribe(group, subscriptionTo(topic, '*', 4));
      expect(await pull(topic, 4)).toBe(ResponseCode.SUCCESS);
    },
  },
  {
    name: 'knows whether the filter of a group is missing or older than its subscription',
    pairs: onlyOurs,
    async run(world) {
      const caller = rawCaller(world);
      const group = await world.group('filters');
      const topic = await filledTopic(world, caller, await world.group('lookers'));
      const pull = puller(caller, group);
      await caller.subscribe(group, sqlTo(topic, 'a =', 5));
      expect(await pull(topic, 5)).toBe(ResponseCode.FILTER_DATA_NOT_EXIST);
      await caller.subscribe(group, sqlTo(topic, 'a IS NULL', 9));
      expect(await pull(topic, 10)).toBe(ResponseCode.SUBSCRIPTION_NOT_LATEST);
      expect(await pull(topic, 9)).toBe(ResponseCode.SUCCESS);
      // Comes back by tags, and then without an expression: the filter that is kept is the one of before.
      await caller.call(UnregisterClient, { clientID: caller.clientId, consumerGroup: group });
      await caller.subscribe(group, subscriptionTo(topic, '*', 20));
      expect(await pull(topic, 20)).toBe(ResponseCode.SUCCESS);
      await caller.subscribe(group, sqlTo(topic, '', 21));
      expect(await pull(topic, 21)).toBe(ResponseCode.FILTER_DATA_NOT_LATEST);
    },
  },
  {
    name: 'refuses pulls that bring an expression which cannot be read',
    pairs: onlyOurs,
    async run(world) {
      const caller = rawCaller(world);
      const consumerGroup = await world.group('own');
      const topic = await filledTopic(world, caller, consumerGroup);
      const pull = async (subscription: string, expressionType: string) =>
        (await caller.pull(topic, 0, { consumerGroup, sysFlag: SUBSCRIPTION, subscription, expressionType })).code;
      expect(await pull('*', 'TAG')).toBe(ResponseCode.SUCCESS);
      expect(await pull('a IS NULL', 'SQL92')).toBe(ResponseCode.SUCCESS);
      expect(await pull('||', 'TAG')).toBe(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
      expect(await pull('', 'SQL92')).toBe(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
    },
  },
  {
    name: 'keeps from a group what it is forbidden to read, until it is allowed',
    pairs: eachAlone,
    async run(world) {
      const { from, to } = world;
      const caller = rawCaller(world);
      const group = await world.group('forbidden');
      const topic = await filledTopic(world, caller, await world.group('lookers'));
      const { groups } = world.admin;
      const isReadable = () => groups.mayRead(group, topic, world.brokerAddress);
      expect(await isReadable()).toBe(true);
      await groups.setMayRead(group, topic, false);
      expect(await isReadable()).toBe(false);
      const consuming = await to.consume({ group, topic });
      const refusal = await eventually(
        'a pull that is forbidden',
        () => caller.pull(topic, 0, { consumerGroup: group, sysFlag: 0, subVersion: 0 }),
        ({ code }) => code === ResponseCode.NO_PERMISSION,
      );
      expect(refusal.header.forbiddenType).toBe(FORBIDDEN_FOR_THE_TOPIC);
      // Another group has it, and this one not.
      const others = await from.consume({ group: world.named('others'), topic });
      await untilKeys(others, ['pulled-0']);
      expect([...keysOf(consuming)]).toEqual([]);
      await groups.setMayRead(group, topic, true);
      await untilKeys(consuming, ['pulled-0']);
    },
  },
];
