import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'rocketmq-core/service';

/** Nest's own messages: what it says of its start is of use to developers only. */
export function nestLogger(logger: Logger): LoggerService {
  const at = (level: 'debug' | 'warn' | 'error') => (message: unknown, context?: unknown) => {
    logger.log(level, String(message), typeof context === 'string' ? { context } : undefined);
  };
  return { log: at('debug'), warn: at('warn'), error: at('error') };
}
