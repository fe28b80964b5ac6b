import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeListenPort } from 'rocketmq-core/testing';

async function binaries(): Promise<string> {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => {
    throw new Error('PostgreSQL is not installed (Debian: apt-get install postgresql)');
  });
  return join(root, versions.sort((a, b) => Number(b) - Number(a))[0] ?? '', 'bin');
}

/** A PostgreSQL server of our own, in a folder of its own, on a free loopback port. */
export class Postgres {
  private constructor(
    readonly url: string,
    private readonly server: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Postgres> {
    const bin = await binaries();
    const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
    const port = await freeListenPort();
    // PostgreSQL refuses to run as root.
    const asRoot = process.getuid?.() === 0;
    const as = asRoot ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'] : [];
    if (asRoot) execFileSync('chown', ['postgres', folder]);
    else await chmod(folder, 0o700);
    const run = (...args: string[]) => [...as, ...args] as [string, ...string[]];
    const [init, ...initArgs] = run(join(bin, 'initdb'), '-D', join(folder, 'data'), '-A', 'trust', '-U', 'postgres', '--no-sync');
    execFileSync(init, initArgs, { stdio: 'ignore', cwd: folder });
    const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`].flatMap((setting) => ['-c', setting]);
    const [command, ...args] = run(join(bin, 'postgres'), '-D', join(folder, 'data'), '-p', String(port), ...settings);
    const server = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
    await new Promise<void>((resolve, reject) => {
      server.stderr.on('data', (text: Buffer) => {
        if (text.includes('ready to accept connections')) resolve();
      });
      server.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}`)));
    });
    return new Postgres(`postgres://postgres@127.0.0.1:${port}/postgres`, server, folder);
  }

  /** @param signal SIGINT ends the connections that are open, SIGTERM waits for them to end */
  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<void> {
    const ended = once(this.server, 'exit');
    this.server.kill(signal);
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
