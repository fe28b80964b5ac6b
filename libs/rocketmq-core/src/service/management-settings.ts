import { choice, int, text } from '../base/index.js';
import { isLoopback } from '../remoting/index.js';

const PORT_MAX = 65_535;

/** Settings of a server program that its server does not know: how it logs and where it can be asked how it is. */
export function managementSettings(port: number) {
  return {
    managementAddress: text('127.0.0.1', 'Address of /healthz, /readyz and /metrics. One that others reach needs allowAnonymous=true.'),
    managementPort: int(port, 'Port of /healthz, /readyz and /metrics. 0: any free port. -1: none.', { min: -1, max: PORT_MAX }),
    logLevel: choice(['debug', 'info', 'warn', 'error'], 'info', 'Least level that is logged.'),
    logFormat: choice(['json', 'pretty'], 'json', 'How a log line looks.'),
  } as const;
}

export interface ManagementSettings {
  readonly managementAddress: string;
  readonly managementPort: number;
  readonly allowAnonymous: boolean;
}

/** @returns why nothing may listen at managementAddress, or undefined */
export function managementProblem({ managementAddress, managementPort, allowAnonymous }: ManagementSettings): string | undefined {
  if (managementPort < 0 || allowAnonymous || isLoopback(managementAddress)) return undefined;
  return (
    `managementAddress=${managementAddress} shows the names and figures of this server to everyone who reaches the address, because nobody has to log in. ` +
    'Keep managementAddress=127.0.0.1, or accept it by adding the line: allowAnonymous=true'
  );
}
