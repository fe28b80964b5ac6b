import {
  ConsumerFilterTable,
  DelayOffsetSerializeWrapper,
  KVConfigSerializeWrapper,
  LmqConsumerOffset,
  MessageRequestModeSerializeWrapper,
  OffsetSerializeWrapper,
  SubscriptionGroupWrapper,
  TopicConfigSerializeWrapper,
  TopicQueueMappingSerializeWrapper,
  ConsumerOffsetSerializeWrapper,
} from '../src/protocol/index.js';
import { goldenBytes, goldenFiles } from './golden-set.js';

// The configuration files that the Java managers wrote. The files of the store: golden-store.spec.ts.

const pretty = { pretty: true };
const exact = [
  ['config/topics.json', TopicConfigSerializeWrapper, pretty],
  ['config/subscriptionGroup.json', SubscriptionGroupWrapper, pretty],
  ['config/delayOffset.json', DelayOffsetSerializeWrapper, pretty],
  ['config/consumerFilter.json', ConsumerFilterTable, pretty],
  ['config/messageRequestMode.json', MessageRequestModeSerializeWrapper, pretty],
  ['config/topicQueueMapping.json', TopicQueueMappingSerializeWrapper, pretty],
  ['client/offsets.json', OffsetSerializeWrapper, pretty],
  ['namesrv/kvConfig.json', KVConfigSerializeWrapper, {}],
] as const;
/** Java writes what its getters say as well, and ignores it when it reads the file. */
const withArtefacts = [
  ['config/consumerOffset.json', ConsumerOffsetSerializeWrapper],
  ['config/lmqConsumerOffset.json', LmqConsumerOffset],
] as const;
const artefacts = ['groupTopicMap', 'pullOffsetTable', 'offsetTable'];

const text = (release: '5.5.0' | '5.3.3', name: string) => goldenBytes(release, `files/${name}`).toString();

describe('a configuration file of 5.5.0', () => {
  it.each(exact)('%s is read and written back byte by byte', (name, body, style) => {
    const value: unknown = body.decode(text('5.5.0', name));
    expect((body.encode as (value: unknown, style: object) => Buffer)(value, style).toString()).toBe(text('5.5.0', name));
  });

  it('consumerOffset.json is read, and written without what no reader wants', () => {
    const name = 'config/consumerOffset.json';
    const offsets = ConsumerOffsetSerializeWrapper.decode(text('5.5.0', name));
    expect(offsets.offsetTable).toEqual(
      new Map([
        [
          'orders@group',
          new Map([
            [0, 12],
            [1, 7],
          ]),
        ],
        ['orders@group-中', new Map([[0, Number.MAX_SAFE_INTEGER]])],
      ]),
    );
    expect(ConsumerOffsetSerializeWrapper.encode(offsets, pretty).toString()).toBe(without(text('5.5.0', name), artefacts.slice(0, 2)));
  });

  it('lmqConsumerOffset.json is read, and written without what no reader wants', () => {
    const name = 'config/lmqConsumerOffset.json';
    const offsets = LmqConsumerOffset.decode(text('5.5.0', name));
    expect(offsets.lmqOffsetTable).toEqual(new Map([['%LMQ%queue@%LMQ%group', 5]]));
    expect(LmqConsumerOffset.encode(offsets, pretty).toString()).toBe(without(text('5.5.0', name), artefacts));
  });

  it('is compared for every kind there is', () => {
    const captured = ['config', 'client', 'namesrv'].flatMap((folder) =>
      goldenFiles('5.5.0', `files/${folder}`).map((name) => `${folder}/${name}`),
    );
    expect(captured.sort()).toEqual([...exact, ...withArtefacts].map(([name]) => name).sort());
  });
});

/** The file without some of its fields, each of which begins with a tab and its name. */
function without(file: string, fields: readonly string[]): string {
  const [open, ...rest] = file.split(/\n(?=\t"|\})/);
  const kept = rest.filter((part) => !fields.some((field) => part.startsWith(`\t"${field}"`)));
  const last = kept.length - 2;
  const parts = kept.map((part, index) => (index < last ? part.replace(/,?$/, ',') : part.replace(/,$/, '')));
  return [open, ...parts].join('\n');
}

describe('a configuration file of 5.3.3', () => {
  const older = goldenFiles('5.3.3', 'files').filter((name) => /^(config|client|namesrv)\//.test(name));

  it.each(older)('%s says the same as that of 5.5.0', (name) => {
    const body = [...exact, ...withArtefacts].find(([file]) => file === name)?.[1];
    if (body === undefined) throw new Error(`no body for ${name}`);
    const [old, current] = (['5.3.3', '5.5.0'] as const).map((release) => body.decode(text(release, name)) as object);
    if (name !== 'config/topics.json') expect(old).toEqual(current);
    else expect([...TopicConfigSerializeWrapper.decode(text('5.3.3', name)).topicConfigTable.keys()]).toContain('special');
  });
});
