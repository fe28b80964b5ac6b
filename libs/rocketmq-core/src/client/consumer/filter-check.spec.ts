import { OperationFailed } from '../../base/index.js';
import { silentLogger } from '../../runtime/index.js';
import { CallRefused } from '../errors.js';
import type { ClientCheck } from '../instance/calls.js';
import { bySql } from '../message-selector.js';
import { checkFilters } from './filter-check.js';
import { subscribe } from './subscription-table.js';

/** What each of two brokers answers; undefined is yes. */
async function ask(answers: Readonly<Record<string, Error>>, ...selectors: readonly Parameters<typeof subscribe>[1][]) {
  const asked: string[] = [];
  const checkClientConfig = (address: string, { subscription, group, clientId }: ClientCheck) => {
    asked.push(`${address} ${group} ${clientId} ${subscription.expressionType} ${subscription.subString}`);
    const answer = answers[address];
    return answer === undefined ? Promise.resolve() : Promise.reject(answer);
  };
  const parts = { group: 'G', clientId: 'me', calls: { checkClientConfig }, table: { brokersOf: () => ['a:1', 'b:1'] } };
  const subscriptions = selectors.map((selector, i) => subscribe(`T${i}`, selector, 1));
  await checkFilters(subscriptions, { ...parts, timeoutMs: 1000, logger: silentLogger });
  return asked;
}

describe('checkFilters', () => {
  it('asks every broker of what is filtered by SQL92, and of nothing else', async () => {
    expect(await ask({}, '*', 'A || B', bySql('a = 1'))).toEqual(['a:1 G me SQL92 a = 1', 'b:1 G me SQL92 a = 1']);
  });

  it('fails with the answer of a broker that refuses', async () => {
    const refused = new CallRefused('CheckClientConfig', 'b:1', { code: 23, remark: 'the expression cannot be read' });
    await expect(ask({ 'b:1': refused }, bySql('a ='))).rejects.toMatchObject({ responseCode: 23, address: 'b:1' });
  });

  it('does not mind a broker that does not answer', async () => {
    expect(await ask({ 'a:1': new OperationFailed('timeout', 'no answer') }, bySql('a = 1'))).toHaveLength(2);
  });
});
