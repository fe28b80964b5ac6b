import { ListenerConfigurationError } from '../errors/listener-configuration.error.js';
import type { ListenerConfiguration } from './listener-options.js';

/** Listeners that the module configures by key: from `listeners` of forRoot and of forFeature. */
export class ConfiguredListeners {
  private readonly byKey = new Map<string, ListenerConfiguration>();

  constructor(first: Readonly<Record<string, ListenerConfiguration>> = {}) {
    this.add(first);
  }

  /** @throws ListenerConfigurationError for a key that is there already */
  add(more: Readonly<Record<string, ListenerConfiguration>>): void {
    for (const [key, configuration] of Object.entries(more)) {
      if (this.byKey.has(key)) throw new ListenerConfigurationError(`the listener ${key} is configured twice`);
      this.byKey.set(key, configuration);
    }
  }

  get(key: string): ListenerConfiguration | undefined {
    return this.byKey.get(key);
  }
}
