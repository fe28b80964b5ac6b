import type { Logger } from '@nestjs/common';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** Lets the broker and the name server log through Nest. */
export function coreLogger(logger: Logger) {
  return {
    log: (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => {
      const line = fields === undefined ? message : `${message} ${JSON.stringify(fields)}`;
      logger[level === 'info' ? 'log' : level](line);
    },
  };
}
