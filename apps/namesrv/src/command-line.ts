import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import type { CommandLine, ProcessDoor } from 'rocketmq-core/service';
import { namesrvAppSettings } from './settings.js';

interface PackageInfo {
  readonly version: string;
  readonly description: string;
}

/** One flag for each setting, and those of Apache's mqnamesrv. */
export function readCommandLine({ argv, stdout, stderr }: ProcessDoor): CommandLine {
  const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as PackageInfo;
  const command = new Command('rocketmq-namesrv')
    .version(version)
    .description(description)
    .option('-c, --configFile <file>', 'Configuration file of Java properties.')
    .option('-p, --printConfigItem', 'Print the settings in effect and end.')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  for (const [key, { doc, fallback }] of Object.entries(namesrvAppSettings))
    command.option(`--${key} <value>`, `${doc} (${String(fallback)})`);
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { kind: error.exitCode === 0 ? 'answered' : 'refused' };
    throw error;
  }
  const { configFile, printConfigItem = false, ...flags } = command.opts<Record<string, string> & { printConfigItem?: boolean }>();
  return { kind: 'run', file: configFile, print: printConfigItem, flags: new Map(Object.entries(flags)) };
}
