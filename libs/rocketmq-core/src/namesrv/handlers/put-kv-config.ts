import { RequestRejected } from '../../base/index.js';
import { need, type PutKvConfig, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { KvContent } from '../kv-config-file.js';
import type { KvTable } from '../tables/kv-table.js';

export interface KvParts {
  readonly kv: KvTable;
  /** Resolves when the content is durable. */
  readonly saveKv: (content: KvContent) => Promise<void>;
}

const ENTRIES_MAX = 100_000;
const VALUE_LENGTH_MAX = 65_536;

export const putKvConfig =
  ({ kv, saveKv }: KvParts): Handler<typeof PutKvConfig> =>
  async ({ header }) => {
    const [namespace, key, value] = [need(header, 'namespace'), need(header, 'key'), need(header, 'value')];
    if (value.length > VALUE_LENGTH_MAX)
      throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `a value has at most ${VALUE_LENGTH_MAX} characters`);
    if (kv.size >= ENTRIES_MAX && kv.get(namespace, key) === undefined)
      throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `there are ${ENTRIES_MAX} settings already`);
    kv.put(namespace, key, value);
    await saveKv(kv.content);
    return { code: ResponseCode.SUCCESS };
  };
