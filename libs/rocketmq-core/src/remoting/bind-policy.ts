export interface BindSettings {
  /** Host name or IP address. */
  readonly bindAddress: string;
  readonly allowAnonymous: boolean;
  /** Whether peers must prove who they are. */
  readonly authenticated?: boolean;
}

export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}

/** @returns why nothing may listen there, or undefined. Every server of ours asks before it binds. */
export function bindProblem({ bindAddress, allowAnonymous, authenticated = false }: BindSettings): string | undefined {
  if (authenticated || allowAnonymous || isLoopback(bindAddress)) return undefined;
  return (
    `bindAddress=${bindAddress} lets everyone who reaches this address read and change everything, because nobody has to log in. ` +
    'Keep bindAddress=127.0.0.1, or accept it by adding the line: allowAnonymous=true'
  );
}
