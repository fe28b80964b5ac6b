import { homedir } from 'node:os';
import { join } from 'node:path';
import { namesrvSettings } from 'rocketmq-core/namesrv';
import { managementSettings, text, type SettingsOf } from 'rocketmq-core/service';

const MANAGEMENT_PORT = 9877;

/** Every key of namesrv.conf, of the environment and of the command line. */
export const namesrvAppSettings: typeof namesrvSettings & ReturnType<typeof managementSettings> = {
  ...namesrvSettings,
  kvConfigPath: text(join(homedir(), 'namesrv', 'kvConfig.json'), 'File of the KV settings. Empty: they are kept in memory.'),
  ...managementSettings(MANAGEMENT_PORT),
};

export type NamesrvAppSettings = SettingsOf<typeof namesrvAppSettings>;
