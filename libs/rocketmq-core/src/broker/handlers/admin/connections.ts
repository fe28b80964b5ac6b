import type { Connection, LanguageName } from '../../../protocol/index.js';
import type { Member } from '../../clients/producer-table.js';

export function connectionOf({ peer, clientId, language, version }: Member): Connection {
  return { clientAddr: peer.address, clientId, language: language as LanguageName | undefined, version };
}
