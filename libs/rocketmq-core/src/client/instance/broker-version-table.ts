/** The releases of the brokers, as their answers to heartbeats say. As Java: MQClientInstance.brokerVersionTable. */
export class BrokerVersionTable {
  private readonly versions = new Map<string, number>();

  note(address: string, version: number): void {
    this.versions.set(address, version);
  }

  /** An ordinal; undefined before the first answer. */
  of(address: string): number | undefined {
    return this.versions.get(address);
  }
}
