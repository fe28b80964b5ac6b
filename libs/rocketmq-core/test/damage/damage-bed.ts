import { brokerConfigOf } from '../../src/broker/config/broker-config.js';
import { Parts } from '../../src/broker/parts.js';
import { newTopicConfig } from '../../src/broker/topics/topic-table.js';
import { printProperties } from '../../src/protocol/index.js';
import type { Logger } from '../../src/runtime/index.js';
import { FakeClock } from '../../testing/fake-clock.js';
import type { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import { messageDraft, smallStoreConfig } from '../../testing/store-fixtures.js';

/** A message that was stored. */
export interface Stored {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly key: string;
  /** The record. */
  readonly bytes: Buffer;
}

export const TOPICS = ['Orders', 'Payments'] as const;
export const QUEUES = [0, 1] as const;
export const ROOT = '/store';
export const INDEX_SIZES = { slotCount: 32, entryCount: 128 };
const ROUNDS = 30;
/** After the last checkpoint. */
const LAST_ROUNDS = 4;
const BODY_SIZES = [20, 90, 300, 700];

/** What of a broker keeps files, without its server. */
export class DamageBed {
  readonly parts: Parts;
  private readonly clock = new FakeClock();

  constructor(
    readonly files: MemoryFileSystem,
    logger: Logger,
    /** With it every byte of a record is covered by a checksum, else the body is. */
    withPropertyCrc: boolean,
  ) {
    const config = brokerConfigOf({
      ...smallStoreConfig({
        storePathRootDir: ROOT,
        mappedFileSizeCommitLog: 8192,
        mappedFileSizeConsumeQueue: 20 * 20,
        maxHashSlotNum: INDEX_SIZES.slotCount,
        maxIndexNum: INDEX_SIZES.entryCount,
        enabledAppendPropCRC: withPropertyCrc,
        flushDiskType: 'SYNC_FLUSH',
      }),
      ...{ mappedFileSizeTimerLog: 1024, flushDelayOffsetInterval: 1000 },
    });
    this.parts = new Parts(config, { clock: this.clock, files, logger, random: new SeededRandom(1) });
    const { clusterName, brokerName, brokerId } = { clusterName: 'c', brokerName: 'b', brokerId: 0 };
    const storeHost = { ip: Buffer.from([127, 0, 0, 1]), port: 10_911 };
    const address = '127.0.0.1:10911';
    const messageId = { of: () => '' } as never;
    this.parts.whereabouts.settle({ clusterName, brokerName, brokerId, address, haAddress: address, storeHost, messageId });
  }

  /** @param isTimed with delay levels and timer, whose wheel is large */
  async open(isTimed: boolean): Promise<void> {
    const { store, tables, filtering, delays, transactions } = this.parts;
    await store.open();
    tables.load();
    filtering.start();
    if (isTimed) delays.start();
    transactions.start();
  }

  async close(isTimed: boolean): Promise<void> {
    const { store, tables, filtering, delays, transactions } = this.parts;
    await transactions.stop();
    if (isTimed) await delays.stop();
    await filtering.stop();
    await tables.settled();
    await store.close();
  }

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** Something into every file. @returns the messages that can be consumed */
  async fill(): Promise<Stored[]> {
    const stored: Stored[] = [];
    for (let round = 0; round < ROUNDS; round += 1) stored.push(...(await this.sendRound(round)));
    await this.delay();
    await this.parts.transactions.prepare(
      messageDraft({ topic: 'Orders', properties: printProperties(new Map([['PGROUP', 'producers']])) }),
    );
    await this.saveTables();
    await this.pass(62_000);
    for (let round = ROUNDS; round < ROUNDS + LAST_ROUNDS; round += 1) stored.push(...(await this.sendRound(round)));
    return stored;
  }

  private async sendRound(round: number): Promise<Stored[]> {
    const places = TOPICS.flatMap((topic) => QUEUES.map((queueId) => ({ topic, queueId })));
    return Promise.all(places.map((place) => this.send(place, round)));
  }

  private async send({ topic, queueId }: Pick<Stored, 'topic' | 'queueId'>, round: number): Promise<Stored> {
    const key = `${topic}-${queueId}-${round}`;
    const body = Buffer.from(`${key} `.repeat(200)).subarray(0, BODY_SIZES[(round + queueId) % BODY_SIZES.length]);
    const properties = printProperties(
      new Map([
        ['KEYS', key],
        ['TAGS', `t${round % 3}`],
      ]),
    );
    const { store } = this.parts;
    const outcome = await store.append(messageDraft({ topic, queueId, body, properties }));
    if (outcome.kind !== 'ok') throw new Error(`${key}: ${outcome.kind}`);
    const bytes = store.recordAt(outcome.physicalOffset);
    if (bytes === undefined) throw new Error(`${key} is not there`);
    return { topic, queueId, queueOffset: outcome.queueOffset, physicalOffset: outcome.physicalOffset, key, bytes: Buffer.from(bytes) };
  }

  private async delay(): Promise<void> {
    const wishes = [{ DELAY: '3' }, { TIMER_DELAY_SEC: '600' }, { DELAY: '5' }, { TIMER_DELAY_SEC: '900' }];
    for (const [number, wish] of wishes.entries()) {
      const properties = printProperties(new Map(Object.entries({ UNIQ_KEY: `delayed-${number}`, ...wish })));
      await this.parts.writer.write(messageDraft({ topic: 'Later', properties, body: Buffer.from(`delayed-${number}`) }));
    }
  }

  /** Twice, so that each table has its backup. */
  private async saveTables(): Promise<void> {
    const { tables, filtering } = this.parts;
    for (const time of [1, 2]) {
      tables.topics.put(...TOPICS.map((topic) => newTopicConfig(topic, QUEUES.length)), newTopicConfig(`More${time}`, time));
      tables.groups.resolve(`group-${time}`);
      tables.offsets.commit({ group: 'group-1', topic: 'Orders', queueId: 0 }, time);
      const subscription = { topic: 'Orders', subString: 'a > 1', expressionType: 'SQL92', subVersion: time };
      filtering.filters.register('group-1', [{ ...subscription, tagsSet: [], codeSet: [], classFilterMode: false }] as never);
      await Promise.all([tables.topicSaver.save(), tables.groupSaver.save(), tables.offsetSaver.save()]);
      await this.pass(11_000);
    }
  }
}
