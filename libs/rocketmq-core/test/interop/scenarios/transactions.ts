import { TRANS_CHECK_MAX_TIME_TOPIC } from '../../../src/protocol/index.js';
import { acrossLanguages, eachAlone, everyPair, onlyOurs, type Scenario } from './frame.js';
import { transactionCheckMax } from './short-settings.js';
import { keysOf, untilKeys } from './watched-list.js';

const keysAt = (prefix: string, numbers: readonly number[]): string[] => numbers.map((number) => `${prefix}-${number}`);

/** Commits, rollbacks and what is decided only when the broker asks. */
export const transactionScenarios: readonly Scenario[] = [
  {
    name: 'shows committed messages and hides the others',
    pairs: everyPair,
    async run({ from, to, topic: create, named, version }) {
      const topic = await create('tx');
      const consuming = await to.consume({ group: named('tx-group'), topic });
      const plan = { group: named('tx-producers'), topic, prefix: 'tx', count: 9, tags: ['A', 'B'] };
      // On a busy machine a check overtakes the end of a transaction: it is to decide nothing.
      const { sent } = await from.transact({ ...plan, outcomes: ['commit', 'rollback', 'commit'], checks: ['unknown'] });
      const committed = keysAt('tx', [0, 2, 3, 5, 6, 8]);
      await untilKeys(consuming, committed);
      expect([...keysOf(consuming)].sort()).toEqual(committed);
      expect(consuming.seen).toHaveLength(committed.length);
      for (const { key, messageId, body, tags, properties } of consuming.seen) {
        expect(messageId).toBe(sent.find((one) => one.key === key)?.messageId);
        expect(body).toBe(key);
        expect(tags).toBe(Number(key.split('-')[1]) % 2 === 0 ? 'A' : 'B');
        expect(properties).toMatchObject({ TRAN_MSG: 'true', PGROUP: plan.group, __transactionId__: messageId });
        // 5.3 leaves it.
        if (version !== '5.3.3') expect(properties).not.toHaveProperty('REAL_TOPIC');
      }
    },
  },
  {
    name: 'asks about open transactions until they are decided',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('tx-open');
      const consuming = await to.consume({ group: named('tx-open-group'), topic });
      const plan = { group: named('tx-open-producers'), topic, prefix: 'open', count: 3 };
      const transacting = await from.transact({ ...plan, outcomes: ['unknown', 'commit'], checks: ['unknown', 'unknown', 'commit'] });
      await untilKeys(consuming, keysAt('open', [0, 1, 2]));
      const times = (key: string) => transacting.checked.filter((one) => one === key).length;
      const open = ['open-0', 'open-2'];
      await transacting.until('three checks of each open transaction', () => open.every((key) => times(key) >= 3));
      // A check may overtake the end of the third; later ones find it decided.
      expect(times('open-1')).toBeLessThan(3);
      for (const key of open) {
        expect(Number(consuming.seen.find((one) => one.key === key)?.properties.TRANSACTION_CHECK_TIMES)).toBeGreaterThanOrEqual(3);
      }
    },
  },
  {
    name: 'hides what the check rolls back',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('tx-late');
      const consuming = await to.consume({ group: named('tx-late-group'), topic });
      const plan = { group: named('tx-late-producers'), topic, prefix: 'late', count: 2 };
      const transacting = await from.transact({ ...plan, outcomes: ['unknown', 'commit'], checks: ['rollback'] });
      await transacting.until('a check', (checked) => checked.length > 0);
      // Stored after the check was answered: once it is seen, all that came before it would have been seen too.
      await from.transact({ ...plan, prefix: 'after', count: 4, outcomes: ['commit'] });
      await untilKeys(consuming, ['late-1', ...keysAt('after', [0, 1, 2, 3])]);
      expect(consuming.seen.map(({ key }) => key)).not.toContain('late-0');
    },
  },
  {
    name: 'lets another process decide what the first one left open',
    pairs: [...eachAlone, ...acrossLanguages],
    async run({ from, to, topic: create, named }) {
      const topic = await create('tx-heir');
      const group = named('tx-heir-producers');
      const consuming = await to.consume({ group: named('tx-heir-group'), topic });
      const first = await from.transact({ group, topic, prefix: 'left', count: 2, outcomes: ['unknown'], checks: ['unknown'] });
      await first.stop();
      const heir = await to.transact({ group, topic, prefix: 'heir', count: 1, outcomes: ['commit'], checks: ['commit'] });
      await untilKeys(consuming, ['left-0', 'left-1', 'heir-0']);
      await heir.until('a check of each', (checked) => ['left-0', 'left-1'].every((key) => checked.includes(key)));
    },
  },
  {
    name: 'keeps open transactions over a restart of the broker',
    pairs: onlyOurs,
    restarts: true,
    async run({ from, to, topic: create, named, restartBroker }) {
      const topic = await create('tx-restart');
      const plan = { group: named('tx-restart-producers'), topic, prefix: 'kept', count: 3 };
      const checks = ['unknown', 'unknown', 'unknown', 'commit'] as const;
      const transacting = await from.transact({ ...plan, outcomes: ['unknown', 'commit', 'rollback'], checks });
      await transacting.until('a check before the restart', (checked) => checked.length > 0);
      await restartBroker();
      const consuming = await to.consume({ group: named('tx-restart-group'), topic });
      await untilKeys(consuming, ['kept-0', 'kept-1']);
      expect(consuming.seen.map(({ key }) => key)).not.toContain('kept-2');
    },
  },
  {
    name: 'finds the listener of a message in another process',
    pairs: onlyOurs,
    async run({ to, topic: create, named, client }) {
      const topic = await create('tx-named');
      const group = named('tx-named-producers');
      const asked: string[] = [];
      const listenerOf = (name: string, outcome: 'commit' | 'rollback') => ({
        executeLocalTransaction: () => 'unknown' as const,
        checkLocalTransaction: ({ keys }: { readonly keys: readonly string[] }) => {
          asked.push(`${name} ${keys.join(' ')}`);
          return outcome;
        },
      });
      const listeners = { paid: listenerOf('paid', 'commit'), refused: listenerOf('refused', 'rollback') };
      const first = (await client()).transactionProducer({ group, listeners });
      await first.start();
      for (const listener of ['paid', 'refused']) {
        await first.sendInTransaction({ topic, body: listener, keys: `${listener}-0` }, undefined, { listener });
      }
      await first.shutdown();
      const second = (await client()).transactionProducer({ group, listeners, topics: [topic] });
      await second.start();
      const consuming = await to.consume({ group: named('tx-named-group'), topic });
      await untilKeys(consuming, ['paid-0']);
      expect(asked).toContain('paid paid-0');
      expect(asked).not.toContain('refused paid-0');
      expect(asked).not.toContain('paid refused-0');
      await second.shutdown();
    },
  },
  {
    name: 'gives up what nobody decides',
    pairs: eachAlone,
    isLong: true,
    async run({ from, to, topic: create, named }) {
      const topic = await create('tx-lost');
      const plan = { group: named('tx-lost-producers'), topic, prefix: 'lost', count: 1 };
      const transacting = await from.transact({ ...plan, outcomes: ['unknown'], checks: ['unknown'] });
      await transacting.until('all checks', (checked) => checked.length >= transactionCheckMax, 1_200_000);
      const consuming = await to.consume({ group: named('tx-lost-group'), topic: TRANS_CHECK_MAX_TIME_TOPIC });
      await untilKeys(consuming, ['lost-0']);
      expect(transacting.checked).toHaveLength(transactionCheckMax);
    },
  },
];
