import { resolve } from 'node:path';
import { embeddedSettings } from './embedded-settings.js';

describe('embeddedSettings', () => {
  it('has the ports of Apache and ./data when nothing is set', () => {
    expect(embeddedSettings({})).toEqual({
      namesrv: { listenPort: 9876, kvConfigPath: resolve('data/namesrv/kvConfig.json') },
      broker: { listenPort: 10_911, storePathRootDir: resolve('data/store') },
    });
  });

  it('takes a free port when told so, and keys of the configuration files before all else', () => {
    const { namesrv, broker } = embeddedSettings({ namesrvPort: 0, brokerPort: 0, broker: { listenPort: 1, brokerName: 'b' } });
    expect(namesrv.listenPort).toBe(0);
    expect(broker).toMatchObject({ listenPort: 1, brokerName: 'b' });
  });
});
