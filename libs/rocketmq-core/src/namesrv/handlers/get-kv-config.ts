import { type GetKvConfig, need, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { KvTable } from '../tables/kv-table.js';

export const getKvConfig =
  ({ kv }: { readonly kv: KvTable }): Handler<typeof GetKvConfig> =>
  ({ header }) => {
    const [namespace, key] = [need(header, 'namespace'), need(header, 'key')];
    const value = kv.get(namespace, key);
    if (value !== undefined) return { code: ResponseCode.SUCCESS, header: { value } };
    return { code: ResponseCode.QUERY_NOT_FOUND, remark: `No config item, Namespace: ${namespace} Key: ${key}` };
  };
