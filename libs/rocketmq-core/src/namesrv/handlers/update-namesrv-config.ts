import { parseSettings, RequestRejected } from '../../base/index.js';
import { ResponseCode, type UpdateNamesrvConfig } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import { type Logger, readPropertiesText } from '../../runtime/index.js';
import { type NamesrvConfig, namesrvSettings } from '../config.js';

export interface UpdateNamesrvConfigParts {
  readonly config: NamesrvConfig;
  readonly logger: Logger;
}

const isChangeable = (key: string): boolean =>
  Object.hasOwn(namesrvSettings, key) && (namesrvSettings as Record<string, { changeable?: boolean }>)[key]?.changeable === true;

/** Changes switches until the next start. An allow-list: what names a path, an address or a size never comes over the wire. All keys or none. */
export const updateNamesrvConfig =
  ({ config, logger }: UpdateNamesrvConfigParts): Handler<typeof UpdateNamesrvConfig> =>
  ({ body, peer }) => {
    const wanted = readPropertiesText((body ?? Buffer.alloc(0)).toString('utf8'));
    for (const key of wanted.keys()) {
      if (!isChangeable(key)) throw new RequestRejected(ResponseCode.NO_PERMISSION, `${key.slice(0, 100)} cannot be changed by a request`);
    }
    const { values, problems } = parseSettings(namesrvSettings, wanted);
    if (problems[0] !== undefined) throw new RequestRejected(ResponseCode.INVALID_PARAMETER, problems[0]);
    const changes = Object.fromEntries(Object.entries(values).filter(([key]) => wanted.has(key)));
    Object.assign(config, changes);
    logger.log('info', 'settings changed by a request', { peer: peer.address, ...changes });
    return { code: ResponseCode.SUCCESS };
  };
