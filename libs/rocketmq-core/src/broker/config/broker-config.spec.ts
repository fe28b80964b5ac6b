import { parseSettings } from '../../base/index.js';
import { advertisedIp, vipPortOf } from './listen-address.js';
import { brokerConfigOf, brokerSettings } from './broker-config.js';
import { LiveSettings } from './live-settings.js';

describe('the settings of a broker', () => {
  it('are those of Apache’s broker.conf', () => {
    const source = new Map([
      ['brokerClusterName', 'C'],
      ['brokerName', 'b'],
      ['brokerId', '0'],
      ['deleteWhen', '04'],
      ['fileReservedTime', '48'],
      ['brokerRole', 'ASYNC_MASTER'],
      ['flushDiskType', 'SYNC_FLUSH'],
    ]);
    const { values, problems } = parseSettings(brokerSettings, source);
    expect(problems).toEqual([]);
    expect(values).toMatchObject({ brokerClusterName: 'C', brokerName: 'b', flushDiskType: 'SYNC_FLUSH', listenPort: 10_911 });
  });

  it('refuse roles and ids of replicas', () => {
    const { problems } = parseSettings(
      brokerSettings,
      new Map([
        ['brokerRole', 'SLAVE'],
        ['brokerId', '1'],
      ]),
    );
    expect(problems).toHaveLength(2);
  });

  it.each(['SYNC_MASTER', 'SLAVE'])('promise no copies: brokerRole=%s', (role) => {
    const { problems } = parseSettings(brokerSettings, new Map([['brokerRole', role]]));
    expect(problems).toEqual([`brokerRole=${role} is refused: ASYNC_MASTER (messages are not replicated) is expected`]);
  });

  it('do not take what has no effect', () => {
    expect(parseSettings(brokerSettings, new Map([['serverLoadBalancerEnable', 'true']])).unknown).toEqual(['serverLoadBalancerEnable']);
  });

  it('have the ports of Apache', () => {
    expect(brokerConfigOf({})).toMatchObject({ listenPort: 10_911, haListenPort: 0 });
    expect(vipPortOf(brokerConfigOf({}).listenPort)).toBe(10_909);
    expect(vipPortOf(0)).toBeUndefined();
  });

  it('listen to nobody but this machine unless told otherwise', () => {
    expect(brokerConfigOf({}).bindAddress).toBe('127.0.0.1');
    expect(brokerConfigOf({}).allowAnonymous).toBe(false);
  });
});

describe('the advertised address', () => {
  it('is the bound one unless brokerIP1 says otherwise', () => {
    expect(advertisedIp('', '127.0.0.1').text).toBe('127.0.0.1');
    expect(advertisedIp('10.0.0.7', '0.0.0.0').ip).toEqual(Buffer.from([10, 0, 0, 7]));
    expect(advertisedIp('', '::1').ip).toHaveLength(16);
  });

  it('is never a wildcard', () => {
    expect(advertisedIp('', '0.0.0.0').text).not.toBe('0.0.0.0');
  });

  it('must fit into a message', () => {
    expect(() => advertisedIp('broker.example', '127.0.0.1')).toThrow('brokerIP1');
  });
});

describe('LiveSettings', () => {
  it('changes what may change and tells of it', () => {
    const values = brokerConfigOf({});
    const told: string[][] = [];
    const live = new LiveSettings({ values, now: () => 5, onChange: (keys) => void told.push([...keys]) });
    expect(live.change(new Map([['longPollingEnable', 'false']]))).toBeUndefined();
    expect(values.longPollingEnable).toBe(false);
    expect(told).toEqual([['longPollingEnable']]);
    expect(live.versionText).toBe('{"counter":1,"stateVersion":0,"timestamp":5}');
  });

  it.each([
    ['a path', 'storePathRootDir', '/tmp/elsewhere'],
    ['an unknown key', 'rocketmqHome', '/tmp'],
    ['the prototype', '__proto__', 'x'],
    ['a value out of range', 'shortPollingTimeMills', '0'],
    ['its own switch', 'updateBrokerConfigEnable', 'true'],
  ])('refuses %s and then changes nothing', (_, key, value) => {
    const values = brokerConfigOf({});
    const before = { ...values };
    const live = new LiveSettings({ values, now: () => 5, onChange: () => undefined });
    expect(
      live.change(
        new Map([
          ['longPollingEnable', 'false'],
          [key, value],
        ]),
      ),
    ).toBeDefined();
    expect(values).toEqual(before);
  });
});
