import {
  allBodies,
  decodeHeartbeatData,
  decodeRegisterBrokerBody,
  decodeSubscriptionGroupWrapper,
  encodeCompressedRegisterBrokerBody,
  encodeRegisterBrokerBody,
  heartbeatFingerprint,
  KVTable,
  TopicStatsTable,
} from '../src/protocol/index.js';
import { goldenBytes, goldenRows } from './golden-set.js';

interface BodyRow {
  readonly name: string;
  readonly file: string;
  readonly javaClass: string;
  readonly direction: 'request' | 'response' | 'both' | 'part' | 'file' | 'message' | 'form';
}

/** Bare arrays have a body of ours, but no class of Java. */
const arrays = new Map([
  ['user-list', 'UserList'],
  ['acl-list', 'AclList'],
  ['broker-name-list', 'BrokerNameList'],
]);
const bodies = new Map(allBodies.map((body) => [body.name, body]));
const bodyNameOf = (row: BodyRow) => arrays.get(row.name) ?? row.javaClass;
const rows = goldenRows<BodyRow>('5.5.0', 'bodies.json');
const olderRows = goldenRows<BodyRow>('5.3.3', 'bodies.json');
const isJson = (row: BodyRow) => row.file.endsWith('.json');
const known = (row: BodyRow) => row.direction !== 'part' || bodies.has(bodyNameOf(row));

function bodyOf(row: BodyRow) {
  const body = bodies.get(bodyNameOf(row));
  if (body === undefined) throw new Error(`no body for ${row.javaClass}`);
  return body;
}

const styleOf = (row: BodyRow) => ({ quotedKeys: row.name === 'topic-route-standard' });

/** Captured inside the bodies they are parts of. */
const parts = [
  'BrokerData',
  'Connection',
  'ConsumerData',
  'GroupRetryPolicy',
  'OffsetWrapper',
  'ProducerData',
  'QueueData',
  'SubscriptionData',
  'TopicOffset',
];
describe('every body of the Java classes', () => {
  it.each(rows.filter(isJson).filter(known))('$name is read and written back byte by byte', (row) => {
    const bytes = goldenBytes('5.5.0', `bodies/${row.file}`);
    const body = bodyOf(row);
    expect(body.encode(body.decode(bytes), styleOf(row)).toString()).toBe(bytes.toString());
  });

  // The forbidden topics of a group came with 5.4.0.
  it.each(olderRows.filter((row) => row.name !== 'subscription-group-wrapper'))('$name of 5.3.3 says the same as that of 5.5.0', (row) => {
    const body = bodyOf(row);
    const [older, newer] = (['5.3.3', '5.5.0'] as const).map(
      (release) => body.decode(goldenBytes(release, `bodies/${row.file}`)) as object,
    );
    expect(older).toEqual(newer);
  });

  it('subscription-group-wrapper of 5.3.3 has no forbidden topics', () => {
    const { forbiddenTable, subscriptionGroupTable } = decodeSubscriptionGroupWrapper(
      goldenBytes('5.3.3', 'bodies/subscription-group-wrapper.json'),
    );
    expect([forbiddenTable.size, subscriptionGroupTable.size]).toEqual([0, 2]);
  });

  it('has one of ours, and each of ours has one of Java', () => {
    const java = new Set(rows.map(bodyNameOf));
    expect(allBodies.map((body) => body.name).filter((name) => !java.has(name))).toEqual(parts);
    expect(rows.filter((row) => row.direction === 'part' && !known(row)).map((row) => row.name)).toEqual(['producer-info']);
  });
});

describe('the fingerprint of a heartbeat', () => {
  const read = (name: string) => decodeHeartbeatData(goldenBytes('5.5.0', `bodies/${name}.json`));

  it('is that of Java', () => {
    const heartbeat = read('heartbeat-v2-one-subscription');
    expect(heartbeatFingerprint(heartbeat)).toBe(heartbeat.heartbeatFingerprint);
  });

  it('does not depend on itself', () => {
    expect(read('heartbeat-v1').heartbeatFingerprint).toBe(0);
    expect(heartbeatFingerprint(read('heartbeat-v1'))).toBe(heartbeatFingerprint(read('heartbeat-v2')));
  });
});

describe('the compressed registration of a broker', () => {
  const compressed = (name: string) =>
    decodeRegisterBrokerBody(goldenBytes('5.5.0', `bodies/${name}.bin`), { compressed: true, version: 479 });

  it('says what the plain one says', () => {
    const read = compressed('register-broker-compressed');
    const plain = decodeRegisterBrokerBody(goldenBytes('5.5.0', 'bodies/register-broker-plain.json'));
    const wrapper = plain.topicConfigSerializeWrapper;
    expect(read.filterServerList).toEqual(plain.filterServerList);
    expect(read.topicConfigSerializeWrapper.dataVersion).toEqual(wrapper.dataVersion);
    expect(read.topicConfigSerializeWrapper.topicQueueMappingInfoMap).toEqual(wrapper.topicQueueMappingInfoMap);
    // Neither the order nor the unit flags of a topic are in the compressed form.
    const topics = [...wrapper.topicConfigTable].map(([name, topic]) => [name, { ...topic, order: false, topicSysFlag: 0 }] as const);
    expect(read.topicConfigSerializeWrapper.topicConfigTable).toEqual(new Map(topics));
  });

  it.each(['register-broker-compressed', 'register-broker-empty-compressed'])('%s survives our own encoder', (name) => {
    const read = compressed(name);
    expect(decodeRegisterBrokerBody(encodeCompressedRegisterBrokerBody(read), { compressed: true, version: 479 })).toEqual(read);
  });

  it('is empty when the plain one is', () => {
    const plain = goldenBytes('5.5.0', 'bodies/register-broker-empty.json');
    expect(encodeRegisterBrokerBody(decodeRegisterBrokerBody(plain)).equals(plain)).toBe(true);
    expect(compressed('register-broker-empty-compressed').topicConfigSerializeWrapper.topicConfigTable.size).toBe(0);
  });
});

describe('single values', () => {
  interface ScalarRow {
    readonly kind: 'double' | 'long' | 'character';
    readonly name: string;
    readonly text: string;
  }
  const of = (kind: ScalarRow['kind']) => goldenRows<ScalarRow>('5.5.0', 'scalars.json').filter((row) => row.kind === kind);

  it.each(of('double'))('double $name is written as $text', (row) => {
    const value = row.name === 'NaN' ? NaN : Number(row.name);
    const text = TopicStatsTable.encode({ offsetTable: [], topicPutTps: value }).toString();
    expect(text).toBe(`{"offsetTable":{},"topicPutTps":${row.text}}`);
  });

  const isLoneSurrogate = (row: ScalarRow) => /^(d83d|de00)$/.test(row.name);
  it.each(of('character').filter((row) => !isLoneSurrogate(row)))('character U+$name is written as Java does', (row) => {
    const value = `a${String.fromCodePoint(Number.parseInt(row.name, 16))}b`;
    expect(KVTable.encode({ table: new Map([['k', value]]) }).toString()).toBe(`{"table":{"k":${row.text}}}`);
  });

  it('characters are read however they are escaped', () => {
    const rowsOfBoth = (['5.5.0', '5.3.3'] as const).flatMap((release) => goldenRows<ScalarRow>(release, 'scalars.json'));
    for (const row of rowsOfBoth.filter((one) => one.kind === 'character' && !isLoneSurrogate(one))) {
      const value = `a${String.fromCodePoint(Number.parseInt(row.name, 16))}b`;
      expect(KVTable.decode(`{"table":{"k":${row.text}}}`).table.get('k')).toBe(value);
    }
  });
});
