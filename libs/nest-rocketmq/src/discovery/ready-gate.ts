type Task = () => Promise<void>;

/**
 * Keeps consumers from starting before the application is ready: in a hybrid application Nest calls `listen` of a transport before
 * `onModuleInit` and `onApplicationBootstrap` when it is started in the order of Nest's documentation.
 */
export class ReadyGate {
  private open = false;
  private waiting: Task[] = [];

  get isOpen(): boolean {
    return this.open;
  }

  /** Runs the task when the gate opens; whoever opens the gate gets its error. */
  wait(task: Task): void {
    this.waiting.push(task);
  }

  /** Opens the gate and resolves when everything that waited has run. */
  async pass(): Promise<void> {
    this.open = true;
    await Promise.all(this.waiting.splice(0).map((task) => task()));
  }

  /** A gate for an application that is ready from the beginning. */
  static passed(): ReadyGate {
    const gate = new ReadyGate();
    gate.open = true;
    return gate;
  }
}
