const NAMED_MAX = 20;

/** When messages were to be delivered and when that happened first, both by the broker's clock, milliseconds. */
export class DueTimes {
  private readonly due = new Map<string, number>();
  private readonly delivered = new Map<string, number>();

  /** Of several times the latest counts. */
  isDue(key: string, dueMs: number): void {
    this.due.set(key, Math.max(dueMs, this.due.get(key) ?? 0));
  }

  isDelivered(key: string, storedMs: number): void {
    this.delivered.set(key, Math.min(storedMs, this.delivered.get(key) ?? Infinity));
  }

  /** Delivered before they were due, or without having waited at all. */
  early(): string[] {
    const named: string[] = [];
    for (const [key, storedMs] of this.delivered) {
      const dueMs = this.due.get(key);
      const isRight = dueMs !== undefined && storedMs >= dueMs;
      if (!isRight && named.length < NAMED_MAX) named.push(key);
    }
    return named;
  }

  latestMs(): number {
    let latest = 0;
    for (const [key, storedMs] of this.delivered) latest = Math.max(latest, storedMs - (this.due.get(key) ?? storedMs));
    return latest;
  }
}
