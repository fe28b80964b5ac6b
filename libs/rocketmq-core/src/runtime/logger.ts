export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The door to logs. `fields` are structured; they never hold bodies, keys or credentials. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const silentLogger: Logger = { log: () => undefined };
