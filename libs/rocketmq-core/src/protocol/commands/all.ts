import type { Command } from '../command.js';
import * as access from './access.js';
import * as consumers from './consumers.js';
import * as messaging from './messaging.js';
import * as operations from './operations.js';
import * as pop from './pop.js';
import * as replication from './replication.js';
import * as routing from './routing.js';
import * as topics from './topics.js';
import * as transactions from './transactions.js';

// The command files export rows and nothing else, so a new row is in the table without being listed again.
const files: readonly Readonly<Record<string, Command>>[] = [
  messaging,
  pop,
  consumers,
  transactions,
  topics,
  routing,
  operations,
  access,
  replication,
];

/** Every request of the protocol. */
export const allCommands: readonly Command[] = files.flatMap((file) => Object.values(file));

const byCode: ReadonlyMap<number, Command> = new Map(allCommands.map((command) => [command.code, command]));

/** @returns undefined for a code that no row has */
export const commandByCode = (code: number): Command | undefined => byCode.get(code);
