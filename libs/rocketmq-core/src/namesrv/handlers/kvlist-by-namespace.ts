import { encodeKVTable, type GetKvlistByNamespace, need, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { KvTable } from '../tables/kv-table.js';

export const kvlistByNamespace =
  ({ kv }: { readonly kv: KvTable }): Handler<typeof GetKvlistByNamespace> =>
  ({ header }) => {
    const namespace = need(header, 'namespace');
    const table = kv.all(namespace);
    if (table !== undefined) return { code: ResponseCode.SUCCESS, body: encodeKVTable({ table }) };
    return { code: ResponseCode.QUERY_NOT_FOUND, remark: `No config item, Namespace: ${namespace}` };
  };
