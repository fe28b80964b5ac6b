import { int, text } from '../base/index.js';
import { collectSettings, environmentName } from './settings-source.js';

const table = {
  listenPort: int(10_911, 'Port.'),
  brokerIP1: text('', 'Address.'),
  namesrvAddr: text('', 'Name servers.'),
  storePathRootDir: text('store', 'Folder.'),
};

describe('collectSettings', () => {
  it('lets flags win over the environment, the environment over the file, the file over the defaults', () => {
    const { values } = collectSettings(table, {
      file: 'listenPort=1\nbrokerIP1 = 10.0.0.1\nstorePathRootDir=/file',
      env: { ROCKETMQ_LISTEN_PORT: '2', ROCKETMQ_STORE_PATH_ROOT_DIR: '/env' },
      flags: new Map([['listenPort', '3']]),
    });
    expect(values).toEqual({ listenPort: 3, brokerIP1: '10.0.0.1', namesrvAddr: '', storePathRootDir: '/env' });
  });

  it('takes NAMESRV_ADDR as Apache does, below its own variable', () => {
    const flags = new Map<string, string>();
    expect(collectSettings(table, { env: { NAMESRV_ADDR: 'a:1' }, flags }).values.namesrvAddr).toBe('a:1');
    const both = { NAMESRV_ADDR: 'a:1', ROCKETMQ_NAMESRV_ADDR: 'b:2' };
    expect(collectSettings(table, { env: both, flags }).values.namesrvAddr).toBe('b:2');
  });

  it('reports keys of the file that it does not have', () => {
    const parsed = collectSettings(table, { file: 'transientStorePoolEnable=true', env: { ROCKETMQ_HOME: '/x' }, flags: new Map() });
    expect(parsed.unknown).toEqual(['transientStorePoolEnable']);
  });

  it.each([
    ['storePathRootDir', 'ROCKETMQ_STORE_PATH_ROOT_DIR'],
    ['brokerIP1', 'ROCKETMQ_BROKER_IP1'],
    ['flushIntervalCommitLog', 'ROCKETMQ_FLUSH_INTERVAL_COMMIT_LOG'],
  ])('names %s in the environment', (key, name) => {
    expect(environmentName(key)).toBe(name);
  });
});
