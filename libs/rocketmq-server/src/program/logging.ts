import { pino } from 'pino';
import type { Logger, ProcessDoor } from 'rocketmq-core/service';

export interface LogSettings {
  readonly logLevel: string;
  readonly logFormat: string;
}

/** Writes lines as they come: none is lost when the process ends. */
export async function openLogger({ logLevel, logFormat }: LogSettings, { stdout }: Pick<ProcessDoor, 'stdout'>): Promise<Logger> {
  const options = {
    level: logLevel,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const lines = pino(options, logFormat === 'pretty' ? await prettyLines(stdout) : stdout);
  return { log: (level, message, fields = {}) => lines[level](fields, message) };
}

async function prettyLines(stdout: NodeJS.WritableStream): Promise<{ write(line: string): void }> {
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({ colorize: 'isTTY' in stdout && stdout.isTTY === true, translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l' });
  return { write: (line) => void stdout.write(format(line)) };
}
