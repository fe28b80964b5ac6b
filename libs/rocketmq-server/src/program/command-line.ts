import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import type { CommandLine, ProcessDoor, SettingTable } from 'rocketmq-core/service';

interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/**
 * One flag for each setting, and the short ones of Apache's start scripts.
 * @param manifest package.json of the program, which tells its name, version and description
 */
export function readCommandLine(table: SettingTable, { argv, stdout, stderr }: ProcessDoor, manifest: URL): CommandLine {
  const { name, version, description } = JSON.parse(readFileSync(manifest, 'utf8')) as PackageInfo;
  const command = new Command(name)
    .version(version)
    .description(description)
    .option('-c, --configFile <file>', 'Configuration file of Java properties.')
    .option('-p, --printConfigItem', 'Print the settings in effect and end.')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  for (const [key, { doc, fallback }] of Object.entries(table)) {
    command.option(`${key === 'namesrvAddr' ? '-n, ' : ''}--${key} <value>`, fallback === '' ? doc : `${doc} (${String(fallback)})`);
  }
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { kind: error.exitCode === 0 ? 'answered' : 'refused' };
    throw error;
  }
  const { configFile, printConfigItem = false, ...flags } = command.opts<Record<string, string> & { printConfigItem?: boolean }>();
  return { kind: 'run', file: configFile, print: printConfigItem, flags: new Map(Object.entries(flags)) };
}
