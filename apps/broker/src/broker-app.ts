import { readFileSync } from 'node:fs';
import { Broker, type BrokerOptions } from 'rocketmq-core/broker';
import { managementProblem, runProgram, type Logger, type ProcessDoor, type Service } from 'rocketmq-core/service';
import type { Management } from 'rocketmq-server/management';
import { openLogger, readCommandLine } from 'rocketmq-server/program';
import { BrokerHost } from './broker.host.js';
import { brokerAppSettings, type BrokerAppSettings } from './settings.js';

const STOP_TIMEOUT_MS = 5000;

/** What tests put in the place of the real disk and clock. */
export type BrokerDoors = Omit<BrokerOptions, 'config' | 'logger'>;

/** Runs the broker from the command line to the end. @returns the exit code */
export function runBroker(door: ProcessDoor, doors: BrokerDoors = {}): Promise<number> {
  return runProgram(
    {
      name: 'rocketmq-broker',
      table: brokerAppSettings,
      readCommandLine: (process) => readCommandLine(brokerAppSettings, process, new URL('../package.json', import.meta.url)),
      readFile: (path) => readFileSync(path, 'utf8'),
      problem: managementProblem,
      openLogger,
      build: (settings, logger) => new BrokerService(new BrokerHost(new Broker({ ...doors, config: settings, logger })), settings, logger),
      stopTimeoutMs: STOP_TIMEOUT_MS,
    },
    door,
  );
}

class BrokerService implements Service {
  private management: Management | undefined;

  constructor(
    private readonly host: BrokerHost,
    private readonly settings: BrokerAppSettings,
    private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    // First, so that a broker that recovers for long can be asked how it is.
    if (this.settings.managementPort >= 0) this.management = await this.openManagement();
    await this.host.start();
    const { brokerName, brokerClusterName: cluster } = this.settings;
    this.logger.log('info', 'ready', { address: this.host.address, brokerName, cluster, management: this.management?.url });
  }

  async stop(deadlineMs: number): Promise<void> {
    await this.host.stop(deadlineMs);
    await this.management?.close();
  }

  onFailure(listener: (reason: string) => void): void {
    this.host.onFailure(listener);
  }

  // Loaded only where it is wanted: Nest is half of the memory of this process.
  private async openManagement(): Promise<Management> {
    const { openManagement } = await import('rocketmq-server/management');
    const { BrokerAppModule } = await import('./broker-app.module.js');
    return openManagement(BrokerAppModule.forRoot(this.host), { ...this.settings, logger: this.logger });
  }
}
