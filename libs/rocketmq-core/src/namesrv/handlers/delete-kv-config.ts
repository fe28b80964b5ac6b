import { type DeleteKvConfig, need, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { KvParts } from './put-kv-config.js';

export const deleteKvConfig =
  ({ kv, saveKv }: KvParts): Handler<typeof DeleteKvConfig> =>
  async ({ header }) => {
    if (kv.delete(need(header, 'namespace'), need(header, 'key'))) await saveKv(kv.content);
    return { code: ResponseCode.SUCCESS };
  };
