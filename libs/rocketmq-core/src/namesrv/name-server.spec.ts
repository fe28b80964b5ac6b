import { crc32 } from '../base/index.js';
import {
  AddWritePermOfBroker,
  BrokerHeartbeat,
  type Command,
  decodeClusterInfo,
  decodeDataVersion,
  decodeGetBrokerMemberGroupResponseBody,
  decodeKVTable,
  decodeTopicList,
  decodeTopicRouteData,
  DeleteKvConfig,
  DeleteTopicInNamesrv,
  encodeCompressedRegisterBrokerBody,
  encodeDataVersion,
  encodeFrame,
  encodeRegisterBrokerBody,
  encodeTopicRouteData,
  GetAllTopicListFromNameserver,
  GetBrokerClusterInfo,
  GetBrokerMemberGroup,
  GetHasUnitSubTopicList,
  GetHasUnitSubUnunitTopicList,
  GetKvConfig,
  GetKvlistByNamespace,
  GetNamesrvConfig,
  GetRouteinfoByTopic,
  GetSystemTopicListFromNs,
  GetTopicsByCluster,
  GetUnitTopicList,
  type HeaderOf,
  initialDataVersion,
  NotifyMinBrokerIdChange,
  PutKvConfig,
  QueryDataVersion,
  RegisterBroker,
  RegisterTopicInNamesrv,
  ResponseCode,
  type TopicConfig,
  UnregisterBroker,
  UpdateNamesrvConfig,
  WipeWritePermOfBroker,
} from '../protocol/index.js';
import { RemotingClient } from '../remoting/index.js';
import { silentLogger } from '../runtime/index.js';
import { FakeClock, ScriptedPeer, ScriptedServer } from '../../testing/index.js';
import type { NamesrvConfig } from './config.js';
import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { NameServer } from './name-server.js';

const topic = (topicName: string, topicSysFlag = 0): TopicConfig => ({
  ...{ topicName, perm: 6, readQueueNums: 4, writeQueueNums: 4, topicFilterType: 'SINGLE_TAG', topicSysFlag, order: false },
  attributes: new Map(),
});
const bodyOf = (topics: readonly TopicConfig[], counter = 1) => ({
  filterServerList: [],
  topicConfigSerializeWrapper: {
    dataVersion: { ...initialDataVersion, counter },
    mappingDataVersion: initialDataVersion,
    topicConfigTable: new Map(topics.map((one) => [one.topicName, one])),
    topicQueueMappingDetailMap: new Map(),
    topicQueueMappingInfoMap: new Map(),
  },
});
const broker = { brokerName: 'b', brokerAddr: '10.0.0.1:10911', clusterName: 'C', haServerAddr: '10.0.0.1:10912', brokerId: 0 };
const timeoutMs = 60_000;

class World {
  readonly clock = new FakeClock();
  readonly client = new RemotingClient({ clock: this.clock, logger: silentLogger });
  readonly other = new RemotingClient({ clock: this.clock, logger: silentLogger });
  readonly server: NameServer;

  constructor(config: Partial<NamesrvConfig> = {}, files = new MemoryFileSystem()) {
    this.server = new NameServer({ config: { listenPort: 0, ...config }, clock: this.clock, files });
  }

  ask<C extends Command>(command: C, header: HeaderOf<C['request']>, body?: Buffer, client = this.client) {
    return client.invoke(this.server.address, command, header, { timeoutMs, body });
  }
  register(topics: readonly TopicConfig[] = [topic('T'), topic('U')], counter = 1, client = this.client) {
    return this.ask(RegisterBroker, broker, encodeRegisterBrokerBody(bodyOf(topics, counter)), client);
  }
  async route(name: string) {
    const answer = await this.ask(GetRouteinfoByTopic, { topic: name }, undefined, this.other);
    return answer.code === ResponseCode.SUCCESS ? decodeTopicRouteData(answer.body) : answer.code;
  }
  async topics(command: Command, header: HeaderOf<Command['request']> = {}) {
    const { code, body } = await this.ask(command, header);
    return code === 0 ? [...decodeTopicList(body).topicList].sort() : code;
  }
  async end() {
    await this.client.close(0);
    await this.other.close(0);
    await this.server.stop(0);
    expect(this.clock.timerCount).toBe(0);
  }
}

let world: World;
const open = async (config: Partial<NamesrvConfig> = {}, files?: MemoryFileSystem) => {
  world = new World(config, files);
  await world.server.start();
};
afterEach(() => world.end());

describe('a name server', () => {
  beforeEach(() => open());

  it('takes a registration and answers its route in the form that the client reads', async () => {
    expect((await world.register()).code).toBe(0);
    expect(await world.route('T')).toMatchObject({
      brokerDatas: [{ brokerName: 'b', cluster: 'C', brokerAddrs: new Map([[0, broker.brokerAddr]]) }],
      queueDatas: [{ brokerName: 'b', perm: 6, readQueueNums: 4, writeQueueNums: 4 }],
    });
    expect(await world.route('none')).toBe(ResponseCode.TOPIC_NOT_EXIST);
    const peer = await ScriptedPeer.connect(world.server.port);
    const request = {
      code: GetRouteinfoByTopic.code,
      language: 'JAVA',
      opaque: 1,
      flag: 0,
      remark: undefined,
      body: undefined,
      serialization: 'JSON',
    } as const;
    const texts: (string | undefined)[] = [];
    for (const [version, standard] of [
      [400, 'false'],
      [401, 'false'],
      [400, 'true'],
    ] as const) {
      await peer.send(
        ...encodeFrame({
          ...request,
          version,
          ext: new Map([
            ['topic', 'T'],
            ['acceptStandardJsonOnly', standard],
          ]),
        }),
      );
      texts.push((await peer.receive()).body?.toString().match(/"brokerAddrs":\{"?0"?:/)?.[0]);
    }
    expect(texts).toEqual(['"brokerAddrs":{0:', '"brokerAddrs":{"0":', '"brokerAddrs":{"0":']);
    peer.close();
  });

  it('takes a compressed registration, and refuses a body whose checksum is wrong', async () => {
    const body = encodeCompressedRegisterBrokerBody(bodyOf([topic('T'), topic('U')]));
    const refused = await world.ask(RegisterBroker, { ...broker, compressed: true, bodyCrc32: crc32(body) ^ 1 }, body);
    expect([refused.code, refused.remark, await world.route('T')]).toEqual([
      ResponseCode.SYSTEM_ERROR,
      'crc32 not match',
      ResponseCode.TOPIC_NOT_EXIST,
    ]);
    expect((await world.ask(RegisterBroker, { ...broker, compressed: true, bodyCrc32: crc32(body) }, body)).code).toBe(0);
    expect(await world.route('U')).toMatchObject({ queueDatas: [{ brokerName: 'b' }] });
  });

  it('refuses a broken body without forgetting what it knows', async () => {
    await world.register();
    const { code } = await world.ask(RegisterBroker, broker, Buffer.from('{"topicConfigSerializeWrapper":'));
    expect(code).toBe(ResponseCode.SYSTEM_ERROR);
    expect(await world.route('T')).toMatchObject({ queueDatas: [{ brokerName: 'b' }] });
  });

  it('takes single topics only after a registration as a whole', async () => {
    const early = await world.register([topic('V')]);
    expect([early.code, early.remark]).toEqual([ResponseCode.SYSTEM_ERROR, 'register broker failed']);
    await world.register();
    expect((await world.register([topic('V')], 2)).code).toBe(0);
    expect(await world.topics(GetAllTopicListFromNameserver)).toEqual(['T', 'U', 'V']);
  });

  it('tells a slave its master', async () => {
    await world.register();
    const slave = { ...broker, brokerId: 1, brokerAddr: '10.0.0.2:10911' };
    const { header } = await world.ask(RegisterBroker, slave, encodeRegisterBrokerBody(bodyOf([topic('T'), topic('U')])));
    expect(header).toEqual({ masterAddr: broker.brokerAddr, haServerAddr: broker.haServerAddr });
    const { body } = await world.ask(GetBrokerMemberGroup, { clusterName: 'C', brokerName: 'b' });
    expect(decodeGetBrokerMemberGroupResponseBody(body).brokerMemberGroup?.brokerAddrs).toEqual(
      new Map([
        [0, broker.brokerAddr],
        [1, slave.brokerAddr],
      ]),
    );
  });

  it('says whether a broker has to register again', async () => {
    const ask = (counter: number) => world.ask(QueryDataVersion, broker, encodeDataVersion({ ...initialDataVersion, counter }));
    const unknown = await ask(1);
    expect([unknown.header.changed, unknown.body]).toEqual([true, undefined]);
    await world.register();
    const same = await ask(1);
    expect([same.header.changed, decodeDataVersion(same.body).counter]).toEqual([false, 1]);
    expect((await ask(2)).header.changed).toBe(true);
  });

  it('drops a broker that unregisters, whose connection closes, or that is silent', async () => {
    await world.register();
    await world.ask(UnregisterBroker, broker);
    expect(await world.route('T')).toBe(ResponseCode.TOPIC_NOT_EXIST);

    await world.register();
    await world.client.close(0);
    while ((await world.route('T')) !== ResponseCode.TOPIC_NOT_EXIST) await world.clock.settle();

    const quiet = new RemotingClient({ clock: world.clock, logger: silentLogger });
    await world.register(undefined, 1, quiet);
    for (let seconds = 0; seconds < 120; seconds += 30) {
      await quiet.oneway(world.server.address, BrokerHeartbeat, { ...broker });
      await world.route('T');
      await world.clock.advance(30_000);
    }
    expect(await world.route('T')).toMatchObject({ queueDatas: [{ brokerName: 'b' }] });
    for (let seconds = 0; seconds < 130; seconds += 10) {
      await world.route('none');
      await world.clock.advance(10_000);
    }
    expect(world.server.figures()).toMatchObject({ brokers: 0, topics: 0 });
    await quiet.close(0);
  });

  it('lists clusters and topics', async () => {
    await world.register([topic('T'), topic('unit', 1), topic('sub', 2), topic('both', 3)]);
    const { body } = await world.ask(GetBrokerClusterInfo, {});
    expect(body?.toString()).toContain('"brokerAddrs":{0:');
    expect(decodeClusterInfo(body).clusterAddrTable).toEqual(new Map([['C', ['b']]]));
    expect(await world.topics(GetTopicsByCluster, { cluster: 'C' })).toEqual(['T', 'both', 'sub', 'unit']);
    expect(await world.topics(GetTopicsByCluster, { cluster: 'D' })).toEqual([]);
    expect(await world.topics(GetSystemTopicListFromNs)).toEqual(['C', 'b']);
    expect(await world.topics(GetUnitTopicList)).toEqual(['both', 'unit']);
    expect(await world.topics(GetHasUnitSubTopicList)).toEqual(['both', 'sub']);
    expect(await world.topics(GetHasUnitSubUnunitTopicList)).toEqual(['sub']);
  });

  it('takes and gives write permission', async () => {
    await world.register();
    const perm = async () => {
      const route = await world.route('T');
      return typeof route === 'number' ? undefined : route.queueDatas[0]?.perm;
    };
    expect((await world.ask(WipeWritePermOfBroker, { brokerName: 'b' })).header.wipeTopicCount).toBe(2);
    expect(await perm()).toBe(4);
    expect((await world.ask(AddWritePermOfBroker, { brokerName: 'b' })).header.addTopicCount).toBe(2);
    expect(await perm()).toBe(6);
  });

  it('adds and deletes single topics', async () => {
    await world.register();
    const queueDatas = [{ brokerName: 'b', perm: 6, readQueueNums: 1, writeQueueNums: 1, topicSysFlag: 0 }];
    const routeOf = (rows: typeof queueDatas) => encodeTopicRouteData({ brokerDatas: [], filterServerTable: new Map(), queueDatas: rows });
    await world.ask(RegisterTopicInNamesrv, { topic: 'V' }, routeOf(queueDatas));
    await world.ask(
      RegisterTopicInNamesrv,
      { topic: 'W' },
      routeOf([...queueDatas, ...queueDatas.map((row) => ({ ...row, brokerName: 'x' }))]),
    );
    expect(await world.topics(GetAllTopicListFromNameserver)).toEqual(['T', 'U', 'V']);
    await world.ask(DeleteTopicInNamesrv, { topic: 'T' });
    await world.ask(DeleteTopicInNamesrv, { topic: 'U', clusterName: 'D' });
    await world.ask(DeleteTopicInNamesrv, { topic: 'V', clusterName: 'C' });
    expect(await world.topics(GetAllTopicListFromNameserver)).toEqual(['U']);
  });

  it('keeps settings by namespace', async () => {
    await world.ask(PutKvConfig, { namespace: 'n', key: 'k', value: 'v' });
    expect((await world.ask(GetKvConfig, { namespace: 'n', key: 'k' })).header.value).toBe('v');
    expect(decodeKVTable((await world.ask(GetKvlistByNamespace, { namespace: 'n' })).body).table).toEqual(new Map([['k', 'v']]));
    await world.ask(DeleteKvConfig, { namespace: 'n', key: 'k' });
    expect((await world.ask(GetKvConfig, { namespace: 'n', key: 'k' })).code).toBe(ResponseCode.QUERY_NOT_FOUND);
    expect((await world.ask(GetKvlistByNamespace, { namespace: 'm' })).code).toBe(ResponseCode.QUERY_NOT_FOUND);
    expect((await world.ask(PutKvConfig, { namespace: 'n', key: 'k', value: 'v'.repeat(65_537) })).code).toBe(ResponseCode.SYSTEM_ERROR);
  });

  it('changes switches by request, and nothing else', async () => {
    const change = async (text: string) => (await world.ask(UpdateNamesrvConfig, {}, Buffer.from(text))).code;
    await world.register();
    await world.ask(PutKvConfig, { namespace: 'ORDER_TOPIC_CONFIG', key: 'T', value: 'b:4' });
    expect(await world.route('T')).not.toHaveProperty('orderTopicConf');
    for (const key of ['kvConfigPath', 'bindAddress', 'listenPort', 'allowAnonymous', 'configStorePath', '__proto__', 'unheardOf']) {
      expect(await change(`orderMessageEnable=true\n${key}=1`)).toBe(ResponseCode.NO_PERMISSION);
    }
    expect(await change('orderMessageEnable=perhaps')).toBe(ResponseCode.INVALID_PARAMETER);
    expect(await world.route('T')).not.toHaveProperty('orderTopicConf');
    expect(await change('orderMessageEnable=true\nenableTopicList=false')).toBe(0);
    expect(await world.route('T')).toHaveProperty('orderTopicConf', 'b:4');
    expect(await world.topics(GetUnitTopicList)).toBe(ResponseCode.SYSTEM_ERROR);
    const text = (await world.ask(GetNamesrvConfig, {})).body?.toString() ?? '';
    expect(text).toContain('orderMessageEnable=true\n');
    expect(text).toContain('enableAllTopicList=true\n');
  });

  it('answers order settings to brokers', async () => {
    await world.ask(PutKvConfig, { namespace: 'ORDER_TOPIC_CONFIG', key: 'T', value: 'b:4' });
    expect(decodeKVTable((await world.register()).body).table).toEqual(new Map([['T', 'b:4']]));
  });
});

describe('the settings of a name server', () => {
  it('make it wait for brokers before it answers routes', async () => {
    await open({ needWaitForService: true, waitSecondsForService: 10 });
    await world.register();
    expect(await world.route('T')).toBe(ResponseCode.SYSTEM_ERROR);
    await world.clock.advance(10_000);
    expect(await world.route('T')).toHaveProperty('queueDatas');
  });

  it('let the slave with the smallest id stand in, and tell it so', async () => {
    await open({ supportActingMaster: true, notifyMinBrokerIdChanged: true });
    const slave = await ScriptedServer.listen();
    const body = encodeRegisterBrokerBody(bodyOf([topic('T'), topic('U')]));
    await world.ask(RegisterBroker, { ...broker, enableActingMaster: true }, body);
    await world.ask(RegisterBroker, { ...broker, enableActingMaster: true, brokerId: 1, brokerAddr: slave.address }, body);
    await world.ask(UnregisterBroker, broker);
    expect(await world.route('T')).toMatchObject({
      brokerDatas: [{ brokerAddrs: new Map([[0, slave.address]]) }],
      queueDatas: [{ perm: 4 }],
    });
    const told = await (await slave.accept()).receive();
    expect([told.code, told.flag, told.ext?.get('minBrokerId'), told.ext?.get('offlineBrokerAddr')]).toEqual([
      NotifyMinBrokerIdChange.code,
      2,
      '1',
      broker.brokerAddr,
    ]);
    await slave.close();
  });

  it('refuse to let everybody in unless that is said', async () => {
    world = new World({ bindAddress: '0.0.0.0' });
    await expect(world.server.start()).rejects.toThrow(/bindAddress=0\.0\.0\.0.*allowAnonymous=true/);
    await world.end();
    await open({ bindAddress: '0.0.0.0', allowAnonymous: true });
    expect((await world.register()).code).toBe(0);
  });
});

describe('the KV file', () => {
  const kvConfigPath = '/home/namesrv/kvConfig.json';

  it('outlives the process in the form that Java reads', async () => {
    const files = new MemoryFileSystem();
    await open({ kvConfigPath }, files);
    await world.ask(PutKvConfig, { namespace: 'n', key: 'k', value: 'v' });
    expect(files.readFileSync(kvConfigPath)?.toString()).toBe('{"configTable":{"n":{"k":"v"}}}');
    await world.end();
    await open({ kvConfigPath }, files);
    expect((await world.ask(GetKvConfig, { namespace: 'n', key: 'k' })).header.value).toBe('v');
  });

  it('keeps any namespace and key, also those that mean something to JavaScript', async () => {
    const files = new MemoryFileSystem();
    await open({ kvConfigPath }, files);
    await world.ask(PutKvConfig, { namespace: '__proto__', key: 'constructor', value: 'v' });
    await world.end();
    await open({ kvConfigPath }, files);
    expect((await world.ask(GetKvConfig, { namespace: '__proto__', key: 'constructor' })).header.value).toBe('v');
    expect((await world.ask(GetKvConfig, { namespace: '__proto__', key: 'toString' })).code).toBe(ResponseCode.QUERY_NOT_FOUND);
  });

  it('answers an error when it cannot be written', async () => {
    const files = new MemoryFileSystem();
    files.fault = ({ kind }) => (kind === 'write' ? 'ENOSPC' : undefined);
    await open({ kvConfigPath }, files);
    expect((await world.ask(PutKvConfig, { namespace: 'n', key: 'k', value: 'v' })).code).toBe(ResponseCode.SYSTEM_ERROR);
  });

  it('stops the start when it cannot be read', async () => {
    const files = new MemoryFileSystem();
    files.makeFolderSync('/home/namesrv');
    files.openSync(kvConfigPath, 'create').writeSync(Buffer.from('{"configTable":['), 0);
    world = new World({ kvConfigPath }, files);
    await expect(world.server.start()).rejects.toMatchObject({ name: 'Corruption', file: kvConfigPath });
  });
});
