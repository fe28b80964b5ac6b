import {
  allCommands,
  commandByCode,
  decodeFields,
  decodeFrame,
  encodeFields,
  encodeFrame,
  LanguageCode,
  RequestCode,
  ResponseCode,
  versionOrdinal,
  type Command,
  type Fields,
  type HeaderOf,
} from '../src/protocol/index.js';
import { fromHex, goldenRows, type Release } from './golden-set.js';

interface CommandRow {
  readonly code: number;
  readonly name: string;
  readonly kind: 'request' | 'response';
  readonly headerClass: string | null;
  readonly fields: Readonly<Record<string, string>>;
  readonly longFields?: Readonly<Record<string, string>>;
  readonly mandatory: readonly string[];
  /** What the Java header forgets in this form. */
  readonly binaryLeavesOut?: readonly string[];
  readonly json: string;
  readonly binary?: string;
}

interface FrameRow {
  readonly name: string;
  readonly code: number;
  readonly language: string;
  readonly version: number;
  readonly opaque: number;
  readonly flag: number;
  readonly remark: string | null;
  readonly extFields: Readonly<Record<string, string>> | null;
  readonly body?: string;
  readonly json: string;
  readonly binary: string;
}

interface ConstantRow {
  readonly table: string;
  readonly name: string;
  readonly value: number | string;
}

const releases: readonly Release[] = ['5.5.0', '5.3.3'];
const rows = releases.flatMap((release) =>
  goldenRows<CommandRow>(release, 'commands.json').map((row) => ({ ...row, title: `${release} ${row.kind} ${row.code} ${row.name}` })),
);
const forms = rows.flatMap((row) =>
  [row.json, row.binary].flatMap((hex, form) => (hex === undefined ? [] : [{ ...row, hex, form: form === 0 ? 'JSON' : 'ROCKETMQ' }])),
);
const encoded = (frame: Parameters<typeof encodeFrame>[0]) => Buffer.concat(encodeFrame(frame)).toString('hex');
const plain = (map: ReadonlyMap<string, string> | undefined) => (map === undefined ? undefined : Object.fromEntries(map));

const without = (fields: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** Mandatory since a later release, so that older peers leave them out, or with a default in Java's class. */
const leftOutByPeers = new Map([
  ['GET_ALL_TOPIC_CONFIG', ['topicSeq', 'totalTopicNum']],
  ['GET_ALL_SUBSCRIPTIONGROUP_CONFIG', ['groupSeq', 'totalGroupNum']],
  ['CONTROLLER_ELECT_MASTER', ['brokerId', 'brokerName', 'clusterName']],
]);

function commandOf(row: CommandRow): Command {
  const command = commandByCode(row.code);
  if (command === undefined) throw new Error(`no row for ${row.code} ${row.name}`);
  return command;
}

const fieldsOf = (row: CommandRow): Fields => commandOf(row)[row.kind];

describe('every command of the Java classes', () => {
  it.each(forms)('$title: the $form frame is read and written back byte by byte', (row) => {
    const frame = decodeFrame(fromHex(row.hex));
    expect(frame).toMatchObject({ opaque: row.code, language: 'JAVA', version: 479, remark: undefined, serialization: row.form });
    expect(frame.code).toBe(row.kind === 'request' ? row.code : 0);
    expect(frame.flag).toBe(row.kind === 'request' ? 0 : 1);
    const left = row.form === 'ROCKETMQ' ? (row.binaryLeavesOut ?? []) : [];
    expect(plain(frame.ext) ?? {}).toEqual(without(row.fields, left));
    expect(encoded(frame)).toBe(row.hex);
  });

  it.each(rows.filter((row) => row.headerClass !== null))('$title: our row knows every field and writes each as Java does', (row) => {
    const command = commandOf(row);
    const naming = row.kind === 'request' ? command.naming : 'long';
    const fields = fieldsOf(row);
    const header = decodeFields(fields, new Map(Object.entries(row.fields)), naming);
    const written = encodeFields(fields, header as HeaderOf<Fields>, naming);
    // The broker name travels as `n` there; Java sets the inherited one in no header of this class.
    expect(plain(written)).toEqual(without(row.fields, naming === 'short' ? ['bname'] : []));
    if (row.longFields !== undefined) expect(header).toMatchObject(parsed(fields, row.longFields));
  });

  it.each(rows.filter((row) => row.mandatory.length > 0))('$title: what Java calls mandatory we always write', (row) => {
    const fields = fieldsOf(row);
    const shorts = new Map(Object.entries(fields).map(([name, field]) => [field.short, name]));
    const naming = row.kind === 'request' ? commandOf(row).naming : 'long';
    const optional = row.mandatory.filter((name) => fields[(naming === 'short' && shorts.get(name)) || name]?.optional !== false);
    const tolerated = leftOutByPeers.get(row.name) ?? [];
    expect(optional.filter((name) => !tolerated.includes(name))).toEqual([]);
  });

  /** By long names; of those that SEND_MESSAGE_V2 has, but the first header has not, there is none. */
  function parsed(fields: Fields, texts: Readonly<Record<string, string>>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fields[name]?.kind.parse(text, name) as unknown]));
  }

  it('has a row of ours, and ours has one of Java', () => {
    const names = new Map(goldenRows<CommandRow>('5.5.0', 'commands.json').map((row) => [row.code, row.name]));
    const ours = new Map(allCommands.map((command) => [command.code, command.name]));
    const constants = constantsOf('request-code');
    for (const [code, name] of names) expect([code, ours.get(code)]).toEqual([code, name]);
    const beyond = [...ours].filter(([code]) => !names.has(code));
    // Declared in Java and used by nothing, or of a later release.
    expect(
      beyond
        .filter(([code, name]) => constants.get(name) !== code)
        .map(([code]) => code)
        .sort(),
    ).toEqual([5002, 5003]);
  });

  it('answers without a header where Java does', () => {
    const withHeader = new Set(rows.filter((row) => row.kind === 'response').map((row) => row.code));
    const ours = allCommands.filter((command) => Object.keys(command.response).length > 0 && !withHeader.has(command.code));
    // HEART_BEAT answers with two ext fields that no header class declares.
    expect(ours.map((command) => command.name)).toEqual(['HEART_BEAT']);
  });
});

function constantsOf(table: string): Map<string, number | string> {
  const of = goldenRows<ConstantRow>('5.5.0', 'constants.json').filter((row) => row.table === table);
  return new Map(of.map((row) => [row.name, row.value]));
}

describe('the frame', () => {
  const frames = releases.flatMap((release) =>
    goldenRows<FrameRow>(release, 'frames.json').map((row) => ({ ...row, release, title: `${release} ${row.name}` })),
  );

  function expectFrame(row: FrameRow, hex: string) {
    const frame = decodeFrame(fromHex(hex));
    expect(frame).toMatchObject({ code: row.code, language: row.language, version: row.version, opaque: row.opaque, flag: row.flag });
    // An empty body is none on the wire.
    expect(frame.body?.toString('hex') ?? '').toBe(row.body ?? '');
    return frame;
  }

  it.each(frames)('$title is read from JSON and written back', (row) => {
    const frame = expectFrame(row, row.json);
    expect(frame.remark).toBe(row.remark ?? undefined);
    expect(plain(frame.ext)).toEqual(row.extFields ?? undefined);
    // fastjson 1 escapes more than it must: readable, not to be copied.
    if (row.release === '5.5.0') expect(encoded(frame)).toBe(row.json);
  });

  it.each(frames)('$title is read from ROCKETMQ and written back', (row) => {
    const frame = expectFrame(row, row.binary);
    // Nothing and an empty text are the same there, as they are for a Java reader.
    expect(frame.remark).toBe(row.remark || undefined);
    const ext = Object.entries(row.extFields ?? {}).filter(([, value]) => value !== '');
    expect(plain(frame.ext) ?? {}).toEqual(Object.fromEntries(ext));
    if (ext.length === Object.keys(row.extFields ?? {}).length) expect(encoded(frame)).toBe(row.binary);
  });
});

describe('the constants', () => {
  it.each([
    ['request-code', RequestCode],
    ['response-code', ResponseCode],
    ['language', LanguageCode],
  ])('%s are those of Java', (table, ours) => {
    const java = Object.fromEntries(constantsOf(table));
    expect(ours).toMatchObject(java);
    const more = Object.keys(ours).filter((name) => !(name in java));
    expect(more).toEqual(table === 'request-code' ? ['DELETE_TOPIC_IN_BROKER_LIST', 'DELETE_SUBSCRIPTION_GROUP_LIST'] : []);
  });

  it('version ordinals are those of Java', () => {
    for (const [name, ordinal] of constantsOf('version')) expect([name, versionOrdinal(name)]).toEqual([name, ordinal]);
  });
});
