import { parseSettings, type ParsedSettings, type SettingTable } from '../base/index.js';
import { readPropertiesText } from '../runtime/index.js';

export interface SettingSources {
  /** Text of a `.conf` file: Java properties. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From the command line. */
  readonly flags: ReadonlyMap<string, string>;
}

/** `storePathRootDir` as the name of an environment variable: `ROCKETMQ_STORE_PATH_ROOT_DIR`. */
export function environmentName(key: string): string {
  return `ROCKETMQ_${key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`;
}

/** Defaults, then the file, then the environment, then flags: the later one wins. */
export function collectSettings<T extends SettingTable>(table: T, { file = '', env, flags }: SettingSources): ParsedSettings<T> {
  const source = new Map(readPropertiesText(file));
  // Apache's own variable; the one with our prefix is the more specific of the two.
  if ('namesrvAddr' in table && env.NAMESRV_ADDR) source.set('namesrvAddr', env.NAMESRV_ADDR);
  for (const key of Object.keys(table)) {
    const value = env[environmentName(key)];
    if (value !== undefined) source.set(key, value);
  }
  for (const [key, value] of flags) source.set(key, value);
  return parseSettings(table, source);
}
