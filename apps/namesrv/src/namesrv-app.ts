import { readFileSync } from 'node:fs';
import { NameServer } from 'rocketmq-core/namesrv';
import { managementProblem, runProgram, type Logger, type ProcessDoor, type Service } from 'rocketmq-core/service';
import type { Management } from 'rocketmq-server/management';
import { openLogger, readCommandLine } from 'rocketmq-server/program';
import { NamesrvHost } from './namesrv.host.js';
import { namesrvAppSettings, type NamesrvAppSettings } from './settings.js';

const STOP_TIMEOUT_MS = 5000;

/** Runs the name server from the command line to the end. @returns the exit code */
export function runNamesrv(door: ProcessDoor): Promise<number> {
  return runProgram(
    {
      name: 'rocketmq-namesrv',
      table: namesrvAppSettings,
      readCommandLine: (process) => readCommandLine(namesrvAppSettings, process, new URL('../package.json', import.meta.url)),
      readFile: (path) => readFileSync(path, 'utf8'),
      problem: managementProblem,
      openLogger,
      build: (settings, logger) => new NamesrvService(settings, logger),
      stopTimeoutMs: STOP_TIMEOUT_MS,
    },
    door,
  );
}

class NamesrvService implements Service {
  private readonly host: NamesrvHost;
  private management: Management | undefined;

  constructor(
    private readonly settings: NamesrvAppSettings,
    private readonly logger: Logger,
  ) {
    this.host = new NamesrvHost(new NameServer({ config: settings, logger }));
  }

  async start(): Promise<void> {
    if (this.settings.managementPort >= 0) {
      this.management = await this.openManagement();
    }
    await this.host.start();
    this.logger.log('info', 'ready', { address: this.host.address, management: this.management?.url });
  }

  async stop(deadlineMs: number): Promise<void> {
    await this.host.stop(deadlineMs);
    await this.management?.close();
  }

  onFailure(): void {
    // A name server keeps nothing that can break.
  }

  // Loaded only where it is wanted: Nest is half of the memory of this process.
  private async openManagement(): Promise<Management> {
    const { openManagement } = await import('rocketmq-server/management');
    const { NamesrvAppModule } = await import('./namesrv-app.module.js');
    return openManagement(NamesrvAppModule.forRoot(this.host), { ...this.settings, logger: this.logger });
  }
}
