import { GetKvConfig, ResponseCode } from '../../protocol/index.js';
import type { NameServers } from '../../remoting/index.js';
import { CallRefused } from '../errors.js';
import { DOUBLING_NAMESPACE, type DoublingPlan, parsePlan } from './doubling-plan.js';

/** @returns undefined when the queues of the topic are not being doubled. @throws CallRefused, OperationFailed */
export async function doublingPlan(
  topic: string,
  nameServers: Pick<NameServers, 'invoke'>,
  timeoutMs: number,
): Promise<DoublingPlan | undefined> {
  const answer = await nameServers.invoke(GetKvConfig, { namespace: DOUBLING_NAMESPACE, key: topic }, { timeoutMs });
  if (answer.code === ResponseCode.QUERY_NOT_FOUND) return undefined;
  const plan = answer.code === ResponseCode.SUCCESS ? parsePlan(answer.header.value ?? '') : undefined;
  if (plan === undefined) throw new CallRefused(GetKvConfig.name, 'the name server', answer);
  return plan;
}
