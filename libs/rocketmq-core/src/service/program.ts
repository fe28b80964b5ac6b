import { messageOf, type SettingsOf, type SettingTable, printSettings } from '../base/index.js';
import { printPropertiesText, SystemClock, type Clock, type Logger } from '../runtime/index.js';
import { runService, type Service, type ServiceEnd, type SignalSource } from './service-run.js';
import { collectSettings } from './settings-source.js';

/** What a server program touches of its process. */
export interface ProcessDoor {
  /** Without the executable and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly signals: SignalSource;
}

export type CommandLine =
  | {
      readonly kind: 'run';
      /** Path of the `.conf` file. */
      readonly file: string | undefined;
      /** Whether to print the settings in effect instead of running. */
      readonly print: boolean;
      readonly flags: ReadonlyMap<string, string>;
    }
  /** It was answered (help, version) or refused, in words, already. */
  | { readonly kind: 'answered' | 'refused' };

export interface Program<T extends SettingTable> {
  /** As messages begin. */
  readonly name: string;
  readonly table: T;
  readonly readCommandLine: (door: ProcessDoor) => CommandLine;
  /** @throws Error when the file cannot be read */
  readonly readFile: (path: string) => string;
  /** @returns what is wrong with settings that are right one by one */
  readonly problem: (settings: SettingsOf<T>) => string | undefined;
  readonly openLogger: (settings: SettingsOf<T>, door: ProcessDoor) => Promise<Logger>;
  /** @throws Error when no server can be made of the settings */
  readonly build: (settings: SettingsOf<T>, logger: Logger) => Service;
  readonly stopTimeoutMs: number;
  readonly clock?: Clock;
}

/** Exit codes; the larger ones as in sysexits.h: EX_USAGE and EX_IOERR. */
const EXIT = { ok: 0, failed: 1, usage: 64, broken: 74 } as const;

/**
 * Runs a server program from its command line to its end. Standard error gets one message when it cannot run.
 * @returns the exit code: 0 after a stop in order, 1 when it could not start or had to be cut off, 64 for a wrong command line or setting,
 * 74 when the server broke down
 */
export async function runProgram<T extends SettingTable>(program: Program<T>, door: ProcessDoor): Promise<number> {
  const { name, table, clock = new SystemClock(), stopTimeoutMs } = program;
  const line = program.readCommandLine(door);
  if (line.kind !== 'run') return line.kind === 'answered' ? EXIT.ok : EXIT.usage;
  const settings = readSettings(program, door, line);
  if (settings.kind === 'refused') return complain(door, `${name}: ${settings.message}`, EXIT.usage);
  if (line.print) {
    door.stdout.write(printPropertiesText(new Map(printSettings(table, settings.values))));
    return EXIT.ok;
  }
  const logger = await program.openLogger(settings.values, door);
  if (settings.unknown.length > 0)
    logger.log('warn', 'settings that this server does not have are ignored', { keys: settings.unknown.join(', ') });
  let service: Service;
  try {
    service = program.build(settings.values, logger);
  } catch (error) {
    return report({ kind: 'not started', reason: messageOf(error) }, { name, logger, door });
  }
  const end = await runService(service, { signals: door.signals, clock, logger, stopTimeoutMs });
  return report(end, { name, logger, door });
}

type Settings<T extends SettingTable> =
  | { readonly kind: 'settings'; readonly values: SettingsOf<T>; readonly unknown: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

function readSettings<T extends SettingTable>(
  { table, readFile, problem }: Program<T>,
  { env }: ProcessDoor,
  { file, flags }: CommandLine & { kind: 'run' },
): Settings<T> {
  let text: string | undefined;
  try {
    text = file === undefined ? undefined : readFile(file);
  } catch (error) {
    return { kind: 'refused', message: `the configuration file cannot be read: ${messageOf(error)}` };
  }
  const { values, unknown, problems } = collectSettings(table, { file: text, env, flags });
  if (problems.length > 0) return { kind: 'refused', message: `these settings are wrong:\n  ${problems.join('\n  ')}` };
  const message = problem(values);
  return message === undefined ? { kind: 'settings', values, unknown } : { kind: 'refused', message };
}

function report(end: ServiceEnd, { name, logger, door }: { name: string; logger: Logger; door: ProcessDoor }): number {
  switch (end.kind) {
    case 'stopped':
      logger.log('info', 'stopped');
      return EXIT.ok;
    case 'cut off':
      return complain(door, `${name}: ended before everything was closed`, EXIT.failed);
    case 'failed':
      return complain(door, `${name}: ${end.reason}`, EXIT.broken);
    case 'not started':
      return complain(door, `${name} cannot start: ${end.reason}`, EXIT.failed);
  }
}

function complain(door: ProcessDoor, message: string, code: number): number {
  door.stderr.write(`${message}\n`);
  return code;
}
