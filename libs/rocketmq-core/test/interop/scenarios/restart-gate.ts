/** Restarts once for all who are at work, when each of them has asked. */
export class RestartGate {
  private working = 0;
  private readonly waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];

  constructor(private readonly restart: () => Promise<void>) {}

  async during(work: () => Promise<void>): Promise<void> {
    this.working++;
    try {
      await work();
    } finally {
      this.working--;
      this.settle();
    }
  }

  ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.settle();
    });
  }

  private settle(): void {
    if (this.waiting.length === 0 || this.waiting.length < this.working) return;
    const asked = this.waiting.splice(0);
    this.restart().then(
      () => asked.forEach(({ resolve }) => resolve()),
      (error: unknown) => asked.forEach(({ reject }) => reject(error)),
    );
  }
}
