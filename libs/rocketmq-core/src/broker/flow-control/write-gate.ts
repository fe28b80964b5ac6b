export interface WriteGateOptions {
  /** Monotonic time since which the store cannot write; undefined when it can. */
  readonly store: { blockedSinceMs(): number | undefined };
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** Read at every use: it may change while the broker runs. */
  readonly settings: { readonly osPageCacheBusyTimeOutMills: number };
}

/** Whether the store takes messages now. */
export class WriteGate {
  constructor(private readonly options: WriteGateOptions) {}

  get isOpen(): boolean {
    return this.options.store.blockedSinceMs() === undefined;
  }

  /** Closed for so long that waiting is in vain. As Java: DefaultMessageStore.isOSPageCacheBusy. */
  get isBusy(): boolean {
    const { store, monotonic, settings } = this.options;
    const sinceMs = store.blockedSinceMs();
    return sinceMs !== undefined && monotonic() - sinceMs > settings.osPageCacheBusyTimeOutMills;
  }
}
