/** Whether a running process takes a new value. */
export interface SettingTraits {
  readonly changeable?: boolean;
  readonly unit?: string;
}

export interface Setting<T> extends SettingTraits {
  readonly fallback: T;
  readonly doc: string;
  /** Describes what `parse` accepts, for messages and docs. */
  readonly accepts: string;
  /** @returns undefined when the text is not acceptable */
  parse(text: string): T | undefined;
  print(value: T): string;
}

export interface IntTraits extends SettingTraits {
  readonly min?: number;
  readonly max?: number;
}

export function int(fallback: number, doc: string, traits: IntTraits = {}): Setting<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = traits;
  const parse = (text: string) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined;
  };
  const range = traits.min === undefined && traits.max === undefined ? '' : ` from ${min} to ${max}`;
  return { ...traits, fallback, doc, accepts: `a whole number${range}`, parse, print: String };
}

export function bool(fallback: boolean, doc: string, traits: SettingTraits = {}): Setting<boolean> {
  const parse = (text: string) => (/^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined);
  return { ...traits, fallback, doc, accepts: 'true or false', parse, print: String };
}

export function text(fallback: string, doc: string, traits: SettingTraits = {}): Setting<string> {
  return { ...traits, fallback, doc, accepts: 'text', parse: (value) => value, print: (value) => value };
}

export function choice<const C extends string>(
  choices: readonly C[],
  fallback: NoInfer<C>,
  doc: string,
  traits: SettingTraits = {},
): Setting<C> {
  const parse = (value: string) => choices.find((one) => one === value);
  return { ...traits, fallback, doc, accepts: `one of ${choices.join(', ')}`, parse, print: (value) => value };
}

// A table of settings of mixed value types; the value type of each row is recovered by SettingsOf.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type SettingTable = Readonly<Record<string, Setting<any>>>;
export type SettingsOf<T extends SettingTable> = { -readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never };

export interface ParsedSettings<T extends SettingTable> {
  readonly values: SettingsOf<T>;
  /** Keys that no row names. They are reported, never fatal: Apache's files hold keys that we do not have. */
  readonly unknown: readonly string[];
  /** One sentence for each value that its row refuses. */
  readonly problems: readonly string[];
}

export function defaultsOf<T extends SettingTable>(table: T): SettingsOf<T> {
  return Object.fromEntries(Object.entries(table).map(([key, row]) => [key, row.fallback as unknown])) as SettingsOf<T>;
}

export function parseSettings<T extends SettingTable>(table: T, source: ReadonlyMap<string, string>): ParsedSettings<T> {
  const values = defaultsOf(table) as Record<string, unknown>;
  const unknown: string[] = [];
  const problems: string[] = [];
  for (const [key, raw] of source) {
    const row = Object.hasOwn(table, key) ? table[key] : undefined;
    if (row === undefined) {
      unknown.push(key);
      continue;
    }
    const value = row.parse(raw.trim()) as unknown;
    if (value === undefined) problems.push(`${key}=${raw} is refused: ${row.accepts} is expected`);
    else values[key] = value;
  }
  return { values: values as SettingsOf<T>, unknown, problems };
}

/** The settings as `key=value` rows, in the order of the table. */
export function printSettings<T extends SettingTable>(table: T, values: SettingsOf<T>): [string, string][] {
  return Object.entries(table).map(([key, row]) => [key, row.print((values as Record<string, unknown>)[key])]);
}
