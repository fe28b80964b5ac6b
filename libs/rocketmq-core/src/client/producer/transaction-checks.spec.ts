import { FakeClock } from '../../../testing/index.js';
import { deferred, type Deferred } from '../../base/index.js';
import { silentLogger } from '../../runtime/index.js';
import type { ReceivedMessage } from '../message-types.js';
import type { TransactionListener, TransactionState } from '../transaction-types.js';
import { stateOf, TransactionChecks } from './transaction-checks.js';
import { LISTENER_PROPERTY, TransactionListeners } from './transaction-listeners.js';

const messageOf = (listener?: string) =>
  ({ properties: new Map(listener === undefined ? [] : [[LISTENER_PROPERTY, listener]]) }) as Partial<ReceivedMessage> as ReceivedMessage;

function create(more: { readonly concurrencyMax?: number; readonly holdMax?: number; readonly names?: readonly string[] } = {}) {
  const { concurrencyMax = 2, holdMax = 1, names = ['default', 'other', 'broken'] } = more;
  const asked: { readonly name: string; readonly outcome: Deferred<TransactionState> }[] = [];
  const listenerOf = (name: string): TransactionListener => ({
    executeLocalTransaction: () => 'unknown',
    checkLocalTransaction: () => {
      if (name === 'broken') throw new Error('no database');
      const outcome = deferred<TransactionState>();
      asked.push({ name, outcome });
      return outcome.promise;
    },
  });
  const executing = new Set<string>();
  const checks = new TransactionChecks({
    listeners: new TransactionListeners(new Map(names.map((name) => [name, listenerOf(name)]))),
    ...{ concurrencyMax, holdMax, logger: silentLogger },
    isExecuting: (transactionId) => executing.has(transactionId),
  });
  const answers: string[] = [];
  const ask = (transactionId: string | undefined, { listener, as = transactionId }: { listener?: string; as?: string | undefined } = {}) =>
    checks.take({ transactionId, message: messageOf(listener), answer: (state) => answers.push(`${as} ${state}`) });
  const turn = () => new FakeClock().settle();
  return { checks, asked, answers, ask, executing, turn };
}

describe('checks of transactions', () => {
  it('ask the listener that the message names', async () => {
    const { asked, answers, ask, turn } = create();
    ask('a', { listener: 'other' });
    asked[0]?.outcome.resolve('commit');
    await turn();
    expect(asked[0]?.name).toBe('other');
    expect(answers).toEqual(['a commit']);
  });

  it('ask the default one, or the only one, about a message without a name', () => {
    const several = create();
    several.ask('a');
    expect(several.asked[0]?.name).toBe('default');
    const one = create({ names: ['mine'] });
    one.ask('a');
    expect(one.asked[0]?.name).toBe('mine');
  });

  it('do not know what a listener says that is not here, that fails, or that returns something else', async () => {
    const { answers, ask, asked, turn } = create({ concurrencyMax: 9 });
    ask('a', { listener: 'gone' });
    ask('b', { listener: 'broken' });
    ask('c');
    asked[0]?.outcome.resolve(true as never);
    await turn();
    expect(answers).toEqual(['a unknown', 'b unknown', 'c unknown']);
    expect(stateOf('COMMIT')).toBe('unknown');
  });

  it('run a few at a time, let a few wait, and drop the rest', async () => {
    const { checks, asked, answers, ask, turn } = create();
    expect(['a', 'b', 'c', 'd'].map((id) => ask(id))).toEqual([true, true, true, false]);
    expect(asked).toHaveLength(2);
    expect(checks.pending).toBe(3);
    asked[0]?.outcome.resolve('commit');
    await turn();
    expect(asked).toHaveLength(3);
    asked[1]?.outcome.resolve('rollback');
    asked[2]?.outcome.resolve('unknown');
    await checks.idle();
    expect(answers).toEqual(['a commit', 'b rollback', 'c unknown']);
    expect(ask('d')).toBe(true);
  });

  it('answer once, for the newest place, when the broker asks again meanwhile', async () => {
    const { asked, answers, ask, checks } = create();
    ask('a', { as: 'a at 1' });
    ask('a', { as: 'a at 2' });
    expect(asked).toHaveLength(1);
    asked[0]?.outcome.resolve('commit');
    await checks.idle();
    expect(answers).toEqual(['a at 2 commit']);
  });

  it('leave a transaction alone that is still being executed here', async () => {
    const { asked, answers, ask, executing, turn } = create();
    executing.add('a');
    ask('a');
    await turn();
    expect(asked).toEqual([]);
    expect(answers).toEqual(['a unknown']);
  });

  it('go on after an answer that could not be given', async () => {
    const { checks, asked, answers, ask } = create({ concurrencyMax: 1, holdMax: 9 });
    const answer = () => {
      throw new Error('closed');
    };
    checks.take({ transactionId: 'a', message: messageOf(), answer });
    ask('b');
    asked[0]?.outcome.resolve('commit');
    await new FakeClock().settle();
    asked[1]?.outcome.resolve('commit');
    await checks.idle();
    expect(answers).toEqual(['b commit']);
  });

  it('take nothing after the end', async () => {
    const { checks, asked, answers, ask, turn } = create({ concurrencyMax: 1 });
    ask('a');
    ask('b');
    checks.close();
    expect(ask('c')).toBe(false);
    asked[0]?.outcome.resolve('commit');
    await turn();
    expect(asked).toHaveLength(1);
    expect(answers).toEqual(['a commit']);
  });
});
