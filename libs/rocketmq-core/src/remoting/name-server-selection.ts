import { OperationFailed } from '../base/index.js';
import type { Random } from '../runtime/index.js';

/** Splits `host:port;host:port`; blanks and repetitions are dropped. */
export function parseAddressList(text: string): string[] {
  const addresses = text.split(';').map((address) => address.trim());
  return [...new Set(addresses.filter((address) => address !== ''))];
}

/** Which name server to ask: a random one first, that one as long as it answers, then the next in the list. */
export class NameServerSelection {
  private addresses: readonly string[] = [];
  private index = 0;

  constructor(
    private readonly random: Random,
    addresses: readonly string[] = [],
  ) {
    this.update(addresses);
  }

  get all(): readonly string[] {
    return this.addresses;
  }

  /** Keeps the choice when the new list has it. @returns false when the list holds the same addresses as before */
  update(addresses: readonly string[]): boolean {
    const before = new Set(this.addresses);
    if (addresses.length === before.size && addresses.every((address) => before.has(address))) return false;
    const chosen = this.addresses[this.index];
    this.addresses = [...addresses];
    const kept = chosen === undefined ? -1 : addresses.indexOf(chosen);
    this.index = kept >= 0 ? kept : this.random.below(Math.max(addresses.length, 1));
    return true;
  }

  /** @throws OperationFailed with reason `unavailable` when the list is empty */
  get current(): string {
    const address = this.addresses[this.index];
    if (address === undefined) throw new OperationFailed('unavailable', 'the list of name servers is empty');
    return address;
  }

  /** It did not answer: the next one becomes the choice, unless somebody has moved on already. */
  failed(address: string): void {
    if (this.addresses[this.index] === address) this.index = (this.index + 1) % this.addresses.length;
  }
}
