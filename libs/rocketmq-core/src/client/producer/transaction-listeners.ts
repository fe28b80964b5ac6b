import { InvalidInput } from '../errors.js';
import type { TransactionListener } from '../transaction-types.js';

/** Property with the name of the listener, so that a check finds it in any process of the group. */
export const LISTENER_PROPERTY = 'NEST_TX_LISTENER';
const DEFAULT_NAME = 'default';

export interface NamedListener {
  readonly name: string;
  readonly listener: TransactionListener;
}

/** The listeners of a producer by name. */
export class TransactionListeners {
  constructor(private readonly listeners: ReadonlyMap<string, TransactionListener>) {}

  /** For a send. @throws InvalidInput when there is none of this name, or none was named and there are several */
  choose(name: string | undefined): NamedListener {
    const found = name === undefined ? this.unnamed() : this.named(name);
    if (found !== undefined) return found;
    const names = [...this.listeners.keys()].join(', ');
    throw new InvalidInput('listener', name === undefined ? `one of these is to be named: ${names}` : `${name} is none of ${names}`);
  }

  /** For a check. A message without a name may come from a producer in another language. */
  find(name: string | undefined): NamedListener | undefined {
    return name === undefined ? this.unnamed() : this.named(name);
  }

  private named(name: string): NamedListener | undefined {
    const listener = this.listeners.get(name);
    return listener && { name, listener };
  }

  private unnamed(): NamedListener | undefined {
    const [only] = this.listeners.keys();
    return this.named(DEFAULT_NAME) ?? (this.listeners.size === 1 && only !== undefined ? this.named(only) : undefined);
  }
}
