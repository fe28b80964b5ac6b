import { printSettings } from '../../base/index.js';
import { encodeDataVersion, initialDataVersion, nextDataVersion, type DataVersion } from '../../protocol/index.js';
import { brokerSettings, type BrokerConfig } from './broker-config.js';

export interface LiveSettingsOptions {
  /** Changed in place: parts that read it at every use see the new values. */
  readonly values: BrokerConfig;
  readonly now: () => number;
  readonly onChange: (keys: readonly string[]) => void;
}

/** The settings of a running broker. */
export class LiveSettings {
  private version: DataVersion = initialDataVersion;

  constructor(private readonly options: LiveSettingsOptions) {}

  get versionText(): string {
    return encodeDataVersion(this.version).toString();
  }

  rows(): ReadonlyMap<string, string> {
    return new Map(printSettings(brokerSettings, this.options.values));
  }

  /**
   * All or none. Only settings declared as changeable may change, to values that their rows accept.
   * @returns why nothing was changed, or undefined
   */
  change(wanted: ReadonlyMap<string, string>): string | undefined {
    const accepted = new Map<string, unknown>();
    for (const [key, text] of wanted) {
      const row = Object.hasOwn(brokerSettings, key) ? brokerSettings[key as keyof typeof brokerSettings] : undefined;
      if (row?.changeable !== true) return `setting ${JSON.stringify(key.slice(0, 100))} cannot be changed while the broker runs`;
      const value = row.parse(text.trim()) as unknown;
      if (value === undefined) return `setting ${key}: ${row.accepts} is expected`;
      accepted.set(key, value);
    }
    if (accepted.size === 0) return undefined;
    const values = this.options.values as Record<string, unknown>;
    for (const [key, value] of accepted) values[key] = value;
    this.version = nextDataVersion(this.version, this.options.now());
    this.options.onChange([...accepted.keys()]);
    return undefined;
  }
}
