/**
 * Keeps consumers from starting before the application is ready: in a hybrid application Nest calls `listen` of a transport before
 * `onModuleInit` and `onApplicationBootstrap` when it is started in the order of Nest's documentation.
 */
export class ReadyGate {
  private open = false;
  private waiting: (() => void)[] = [];

  get isOpen(): boolean {
    return this.open;
  }

  pass(): void {
    this.open = true;
    for (const go of this.waiting.splice(0)) go();
  }

  async opened(): Promise<void> {
    if (!this.open) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
