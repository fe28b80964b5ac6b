import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };

/** Runs a program to its end. @returns what it printed; rejects with what it complained about */
export async function run(program: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const { stdout } = await execute(program, args, { env, signal });
  return stdout;
}

/** Rejects with one message that names everything that these suites need and this machine has not. */
export async function requireRootMachine(): Promise<void> {
  const missing = process.getuid?.() === 0 ? [] : ['root'];
  if (!existsSync('/dev/loop-control')) missing.push('loop devices');
  for (const program of ['gcc', 'mkfs.ext4', 'mount', 'umount']) if (!(await isThere(program))) missing.push(program);
  if (missing.length > 0) {
    throw new Error(`the root suites need root, loop devices, gcc, mkfs.ext4, mount and umount; not here: ${missing.join(', ')}`);
  }
}

const isThere = (program: string) =>
  run('which', [program]).then(
    () => true,
    () => false,
  );
