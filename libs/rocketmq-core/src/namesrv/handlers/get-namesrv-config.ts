import { printSettings } from '../../base/index.js';
import { type GetNamesrvConfig, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import { printPropertiesText } from '../../runtime/index.js';
import { type NamesrvConfig, namesrvSettings } from '../config.js';

export const getNamesrvConfig =
  ({ config }: { readonly config: NamesrvConfig }): Handler<typeof GetNamesrvConfig> =>
  () => ({ code: ResponseCode.SUCCESS, body: Buffer.from(printPropertiesText(new Map(printSettings(namesrvSettings, config)))) });
