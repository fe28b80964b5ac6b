import { ListenerConflictError } from '../errors/listener-conflict.error.js';
import type { NamedTransactionListener } from './transaction-listener.js';

/** The transaction listeners of one connection, and which of them a message belongs to. */
export class TransactionListenerTable {
  private readonly byName = new Map<string, NamedTransactionListener>();

  /** @throws ListenerConflictError when two have one name, or both would take a message; it names both */
  constructor(listeners: readonly NamedTransactionListener[]) {
    for (const listener of listeners) {
      const namesake = this.byName.get(listener.name);
      if (namesake !== undefined)
        throw conflict(namesake, listener, `are both called ${listener.name}: a check after a restart could reach either`);
      const rival = [...this.byName.values()].find((other) => overlap(other, listener));
      if (rival !== undefined) {
        const place = [listener.topic, listener.tag ?? rival.tag].filter((part) => part !== undefined).join(':');
        throw conflict(rival, listener, `both take messages to ${place}: nobody could tell which of them decides`);
      }
      this.byName.set(listener.name, listener);
    }
  }

  get all(): readonly NamedTransactionListener[] {
    return [...this.byName.values()];
  }

  /** @throws Error when there is none */
  choose(name: string | undefined, topic: string, tag: string | undefined): NamedTransactionListener {
    const found =
      name === undefined
        ? this.all.find((listener) => listener.topic === topic && (listener.tag === undefined || listener.tag === tag))
        : this.byName.get(name);
    if (found !== undefined) return found;
    const known = this.all.map((listener) => listener.name).join(', ') || 'none';
    const wanted = name ?? `a listener for ${tag === undefined ? topic : `${topic}:${tag}`}`;
    throw new Error(`no @TransactionListener is ${wanted}; there are: ${known}`);
  }
}

function overlap(a: NamedTransactionListener, b: NamedTransactionListener): boolean {
  if (a.topic === undefined || a.topic !== b.topic) return false;
  return a.tag === undefined || b.tag === undefined || a.tag === b.tag;
}

const conflict = (a: NamedTransactionListener, b: NamedTransactionListener, reason: string) =>
  new ListenerConflictError(`the transaction listeners ${a.className} and ${b.className} ${reason}`);
