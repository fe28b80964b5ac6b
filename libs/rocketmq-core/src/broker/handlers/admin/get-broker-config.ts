import { ResponseCode, type GetBrokerConfig } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import { printPropertiesText } from '../../../runtime/index.js';
import type { LiveSettings } from '../../config/live-settings.js';

/** All settings as Java properties. */
export function getBrokerConfig({ live }: { readonly live: LiveSettings }): Handler<typeof GetBrokerConfig> {
  return () => ({
    code: ResponseCode.SUCCESS,
    header: { version: live.versionText },
    body: Buffer.from(printPropertiesText(live.rows())),
  });
}
