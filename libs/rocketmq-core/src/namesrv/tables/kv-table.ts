/** Settings by namespace and key. As Java: KVConfigManager. */
export class KvTable {
  private readonly namespaces = new Map<string, Map<string, string>>();
  private entries = 0;

  /** Takes `content` in place of everything. */
  load(content: ReadonlyMap<string, ReadonlyMap<string, string>>): void {
    this.namespaces.clear();
    this.entries = 0;
    for (const [namespace, values] of content) {
      this.namespaces.set(namespace, new Map(values));
      this.entries += values.size;
    }
  }

  /** Keys of all namespaces together. */
  get size(): number {
    return this.entries;
  }

  get content(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    return this.namespaces;
  }

  get(namespace: string, key: string): string | undefined {
    return this.namespaces.get(namespace)?.get(key);
  }

  /** @returns undefined when nothing was ever put there */
  all(namespace: string): ReadonlyMap<string, string> | undefined {
    return this.namespaces.get(namespace);
  }

  put(namespace: string, key: string, value: string): void {
    let values = this.namespaces.get(namespace);
    if (values === undefined) {
      values = new Map();
      this.namespaces.set(namespace, values);
    }
    if (!values.has(key)) this.entries += 1;
    values.set(key, value);
  }

  /** @returns false when there was no such key. The namespace stays, empty if need be. */
  delete(namespace: string, key: string): boolean {
    const removed = this.namespaces.get(namespace)?.delete(key) === true;
    if (removed) this.entries -= 1;
    return removed;
  }
}
