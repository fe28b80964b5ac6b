import { ResponseCode, type UpdateBrokerConfig } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { Logger } from '../../../runtime/index.js';
import { readPropertiesText } from '../../../runtime/index.js';
import type { LiveSettings } from '../../config/live-settings.js';

export interface UpdateBrokerConfigOptions {
  readonly live: LiveSettings;
  readonly settings: { readonly updateBrokerConfigEnable: boolean };
  readonly logger: Logger;
}

/**
 * Takes only settings that may change in a running broker, and only when that is allowed: whoever reaches the port may ask. The change lasts until
 * the next start; no file is written.
 */
export function updateBrokerConfig({ live, settings, logger }: UpdateBrokerConfigOptions): Handler<typeof UpdateBrokerConfig> {
  return ({ body, peer }) => {
    if (!settings.updateBrokerConfigEnable) {
      return { code: ResponseCode.NO_PERMISSION, remark: 'settings are not changed by request: updateBrokerConfigEnable=false' };
    }
    const wanted = new Map(readPropertiesText(body?.toString('utf8') ?? ''));
    const problem = live.change(wanted);
    if (problem !== undefined) return { code: ResponseCode.NO_PERMISSION, remark: problem };
    logger.log('info', 'settings changed by request', { peer: peer.address, settings: Object.fromEntries(wanted) });
    return { code: ResponseCode.SUCCESS };
  };
}
