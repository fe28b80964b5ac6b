import { jest } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScriptedProcess } from 'rocketmq-core/testing';
import { runNamesrv } from '../src/namesrv-app.js';

// The first start loads Nest, which takes its time on a busy machine.
jest.setTimeout(30_000);

describe('rocketmq-namesrv', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rocketmq-namesrv-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const ports = () => ['--listenPort', '0', '--managementPort', '0', '--kvConfigPath', join(folder, 'kvConfig.json')];

  it('serves health and metrics from start to SIGTERM', async () => {
    const program = new ScriptedProcess();
    const end = runNamesrv(program.door(ports()));
    const { address, management, level } = await program.line('ready');
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(level).toBe('info');

    const health = await fetch(`${String(management)}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    expect(health.headers.get('x-powered-by')).toBeNull();
    const readiness = await fetch(`${String(management)}/readyz`);
    expect([readiness.status, await readiness.json()]).toEqual([200, { status: 'ready' }]);
    const metrics = await fetch(`${String(management)}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await metrics.text()).toMatch(/^rocketmq_namesrv_broker_number\{node_type="nameserver"\} 0$/m);

    program.signals.emit('SIGTERM');
    expect(await end).toBe(0);
    await expect(fetch(`${String(management)}/healthz`)).rejects.toThrow();
    expect(program.stderr).toBe('');
  });

  it('opens no management port when told so', async () => {
    const program = new ScriptedProcess();
    const end = runNamesrv(program.door([...ports(), '--managementPort', '-1']));
    expect(await program.line('ready')).not.toHaveProperty('management');
    program.signals.emit('SIGINT');
    expect(await end).toBe(0);
  });

  it('takes flags before the environment before the file, and prints what is in effect', async () => {
    const file = join(folder, 'namesrv.conf');
    await writeFile(file, 'listenPort=1001\norderMessageEnable=true\nlogLevel=warn\n');
    const program = new ScriptedProcess();
    const argv = ['-c', file, '-p', '--logLevel', 'error', '--kvConfigPath', '/kv'];
    expect(await runNamesrv(program.door(argv, { ROCKETMQ_LISTEN_PORT: '1002' }))).toBe(0);
    expect(program.stdout).toMatch(/^listenPort=1002$/m);
    expect(program.stdout).toMatch(/^orderMessageEnable=true$/m);
    expect(program.stdout).toMatch(/^logLevel=error$/m);
    expect(program.stdout).toMatch(/^managementPort=9877$/m);
    expect(program.stdout).toMatch(/^kvConfigPath=\/kv$/m);
  });

  it('has the port of Apache when nothing is set', async () => {
    const program = new ScriptedProcess();
    expect(await runNamesrv(program.door(['-p']))).toBe(0);
    expect(program.stdout).toMatch(/^listenPort=9876$/m);
    expect(program.stdout).toMatch(/^bindAddress=127\.0\.0\.1$/m);
  });

  it('names the keys it does not have in one line', async () => {
    const file = join(folder, 'namesrv.conf');
    await writeFile(file, 'rocketmqHome=/opt\nenableControllerInNamesrv=true\n');
    const program = new ScriptedProcess();
    const end = runNamesrv(program.door([...ports(), '-c', file]));
    await program.line('ready');
    const warnings = program.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ keys }) => keys)).toEqual(['rocketmqHome, enableControllerInNamesrv']);
    program.signals.emit('SIGTERM');
    expect(await end).toBe(0);
  });

  it('ends with 64 for wrong values, flags and files, and says so on standard error alone', async () => {
    const program = new ScriptedProcess();
    expect(await runNamesrv(program.door(['--listenPort', '70000', '--logLevel', 'loud']))).toBe(64);
    expect(program.stderr).toMatch(/listenPort=70000 is refused.*\n.*logLevel=loud is refused/);
    expect(await runNamesrv(program.door(['--noSuchKey', '1']))).toBe(64);
    expect(program.stderr).toMatch(/unknown option '--noSuchKey'/);
    expect(await runNamesrv(program.door(['-c', join(folder, 'missing.conf')]))).toBe(64);
    expect(program.stderr).toMatch(/the configuration file cannot be read: .*ENOENT.*missing\.conf/);
    expect(program.stdout).toBe('');
  });

  it('refuses public addresses that nobody accepted', async () => {
    const program = new ScriptedProcess();
    expect(await runNamesrv(program.door([...ports(), '--managementAddress', '0.0.0.0']))).toBe(64);
    expect(program.stderr).toMatch(/managementAddress=0\.0\.0\.0 .*allowAnonymous=true\n$/);
    expect(await runNamesrv(program.door([...ports(), '--bindAddress', '0.0.0.0']))).toBe(1);
    expect(program.stderr).toMatch(/bindAddress=0\.0\.0\.0 .*allowAnonymous=true\n$/);
  });

  it('ends with 1 when a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const start = async (key: string) => {
      const program = new ScriptedProcess();
      expect(await runNamesrv(program.door([...ports(), key, String(port)]))).toBe(1);
      return program.stderr;
    };
    expect(await start('--listenPort')).toMatch(new RegExp(`^rocketmq-namesrv cannot start: .*${port}.*\n$`));
    expect(await start('--managementPort')).toMatch(
      new RegExp(`^rocketmq-namesrv cannot start: managementPort=${port} .*EADDRINUSE.* Set another managementPort.*\n$`),
    );
    other.close();
  });

  it('tells its version', async () => {
    const program = new ScriptedProcess();
    expect(await runNamesrv(program.door(['--version']))).toBe(0);
    expect(program.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('writes readable lines on request', async () => {
    const program = new ScriptedProcess();
    const end = runNamesrv(program.door([...ports(), '--logFormat', 'pretty']));
    await program.printed('management:');
    program.signals.emit('SIGTERM');
    expect(await end).toBe(0);
    expect(program.stdout).toMatch(/INFO: ready\n\s+address: "127\.0\.0\.1:\d+"/);
  });
});
