import { encodeKVTable, ResponseCode, type GetBrokerRuntimeInfo } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';

export interface GetBrokerRuntimeInfoOptions {
  readonly runtimeInfo: () => ReadonlyMap<string, string>;
}

export function getBrokerRuntimeInfo({ runtimeInfo }: GetBrokerRuntimeInfoOptions): Handler<typeof GetBrokerRuntimeInfo> {
  return () => ({ code: ResponseCode.SUCCESS, body: encodeKVTable({ table: runtimeInfo() }) });
}
