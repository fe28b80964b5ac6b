import type { Type } from '@nestjs/common';

/** Where a resolver finds providers of the application, a `ConfigService` for example. */
export interface SettingSource {
  /** @throws Error when no module provides it, and in a server without RocketMQModule */
  readonly get: <T>(token: Type<T> | string | symbol) => T;
}

/** A value, or what makes it when the application has been put together. */
export type Setting<T extends string | number | boolean | readonly string[]> = T | ((source: SettingSource) => T);

/** @param undefined where nothing was said */
export function settled<T extends string | number | boolean | readonly string[]>(
  setting: Setting<T> | undefined,
  source: SettingSource,
): T | undefined {
  return typeof setting === 'function' ? setting(source) : setting;
}

/** For a server without RocketMQModule: there is no application to ask. */
export const noSource: SettingSource = {
  get: (token) => {
    throw new Error(`${String(token)} cannot be resolved without RocketMQModule: give the listener a value`);
  },
};
