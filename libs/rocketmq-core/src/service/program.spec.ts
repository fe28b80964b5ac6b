import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { bool, int, OperationFailed } from '../base/index.js';
import { runProgram, type CommandLine, type Program } from './program.js';
import type { Service } from './service-run.js';

const table = { listenPort: int(10, 'Port.', { min: 0, max: 100 }), open: bool(false, 'Open.') };
const runs: CommandLine = { kind: 'run', file: undefined, print: false, flags: new Map() };

async function run(
  line: Partial<CommandLine & { kind: 'run' }>,
  more: Partial<Program<typeof table>> = {},
  service: Partial<Service> = {},
) {
  const signals = new EventEmitter();
  const out = { stdout: '', stderr: '' };
  const collect = (name: 'stdout' | 'stderr') =>
    new Writable({
      decodeStrings: false,
      write: (text, _encoding, done) => {
        out[name] += String(text);
        done();
      },
    });
  const door = { argv: [], env: {}, stdout: collect('stdout'), stderr: collect('stderr'), signals };
  const logged: [string, unknown][] = [];
  const built: unknown[] = [];
  const running: Service = {
    start: () => Promise.resolve(void signals.emit('SIGTERM')),
    stop: () => Promise.resolve(),
    onFailure: () => undefined,
    ...service,
  };
  const code = await runProgram(
    {
      name: 'server',
      table,
      readCommandLine: () => ({ ...runs, ...line }) as CommandLine,
      readFile: () => '',
      problem: () => undefined,
      openLogger: () => Promise.resolve({ log: (_level, message, fields) => void logged.push([message, fields]) }),
      build: (settings) => {
        built.push(settings);
        return running;
      },
      stopTimeoutMs: 1000,
      ...more,
    },
    door,
  );
  return { code, logged, built, ...out };
}

describe('runProgram', () => {
  it('ends with 0 after a signal', async () => {
    const { code, built, stderr } = await run({ flags: new Map([['listenPort', '7']]) });
    expect({ code, built, stderr }).toEqual({ code: 0, built: [{ listenPort: 7, open: false }], stderr: '' });
  });

  it('prints the settings in effect and runs nothing', async () => {
    const readFile = (path: string) => (path === 'a.conf' ? 'listenPort=8' : '');
    const { code, stdout, built } = await run({ print: true, file: 'a.conf' }, { readFile });
    expect({ code, stdout, built }).toEqual({ code: 0, stdout: 'listenPort=8\nopen=false\n', built: [] });
  });

  it('warns once of keys it does not have', async () => {
    const { code, logged } = await run({ file: 'a.conf' }, { readFile: () => 'rocketmqHome=/x\nlistenPort=1\nbrokerRack=2' });
    expect(code).toBe(0);
    const warnings = logged.filter(([message]) => message.includes('ignored'));
    expect(warnings).toEqual([['settings that this server does not have are ignored', { keys: 'rocketmqHome, brokerRack' }]]);
  });

  it('lists all wrong values in one message', async () => {
    const { code, stderr, built } = await run({ flags: new Map(Object.entries({ listenPort: '101', open: 'yes' })) });
    expect({ code, built }).toEqual({ code: 64, built: [] });
    expect(stderr).toBe(
      'server: these settings are wrong:\n' +
        '  listenPort=101 is refused: a whole number from 0 to 100 is expected\n' +
        '  open=yes is refused: true or false is expected\n',
    );
  });

  it('refuses what is wrong only together', async () => {
    const { code, stderr } = await run({}, { problem: () => 'open=false does not go with listenPort=10' });
    expect({ code, stderr }).toEqual({ code: 64, stderr: 'server: open=false does not go with listenPort=10\n' });
  });

  it('says which file it cannot read', async () => {
    const readFile = () => {
      throw new Error("ENOENT: no such file or directory, open 'a.conf'");
    };
    const { code, stderr } = await run({ file: 'a.conf' }, { readFile });
    expect({ code, stderr }).toEqual({
      code: 64,
      stderr: "server: the configuration file cannot be read: ENOENT: no such file or directory, open 'a.conf'\n",
    });
  });

  it.each([
    ['answered', 0],
    ['refused', 64],
  ] as const)('ends when the command line was %s', async (kind, expected) => {
    const { code, built } = await run({}, { readCommandLine: () => ({ kind }) });
    expect({ code, built }).toEqual({ code: expected, built: [] });
  });

  it('ends with 1 and one message when the server cannot start', async () => {
    const { code, stderr } = await run({}, {}, { start: () => Promise.reject(new Error('port 10 is in use')) });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'server cannot start: port 10 is in use\n' });
  });

  it('ends with 1 and one message when no server can be made of the settings', async () => {
    const build = () => {
      throw new OperationFailed('refused', 'brokerIP1=x is no IP address');
    };
    const { code, stderr } = await run({}, { build });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'server cannot start: brokerIP1=x is no IP address\n' });
  });

  it('ends with 74 when the server breaks down', async () => {
    let fail: (reason: string) => void = () => undefined;
    const service = {
      start: () => Promise.resolve(fail('fdatasync: EIO')),
      onFailure: (listener: (reason: string) => void) => void (fail = listener),
    };
    const { code, stderr } = await run({}, {}, service);
    expect({ code, stderr }).toEqual({ code: 74, stderr: 'server: fdatasync: EIO\n' });
  });
});
