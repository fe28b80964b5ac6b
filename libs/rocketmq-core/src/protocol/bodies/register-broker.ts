// Body of REGISTER_BROKER: JSON, or deflated parts one after another, each with its length in front (big-endian):
//
//     | 4 size, DataVersion JSON | 4 topics, each: 4 size, topic text | 4 size, filterServerList JSON | 4 mappings, each: 4 size, JSON |
//     topic text: name read write perm filterType attributes, with spaces between. The mappings come from 5.0.0 on.
import { ByteReader, ByteWriter, OutOfBytes, ProtocolViolation } from '../../base/index.js';
import { compress, decompress } from '../message/compression.js';
import { VersionGate } from '../versions.js';
import { list, map, string } from './body-kinds.js';
import { decodeDataVersion, encodeDataVersion, initialDataVersion } from './data-version.js';
import { always, bodyOf, defineBody, type BodyOf } from './define-body.js';
import { TopicConfigAndMappingSerializeWrapper, topicFilterTypes, TopicQueueMappingInfo, type TopicConfig } from './topic-config.js';

const emptyWrapper: TopicConfigAndMappingSerializeWrapper = {
  dataVersion: initialDataVersion,
  mappingDataVersion: initialDataVersion,
  topicConfigTable: new Map(),
  topicQueueMappingDetailMap: new Map(),
  topicQueueMappingInfoMap: new Map(),
};

export const RegisterBrokerBody = defineBody('RegisterBrokerBody', {
  filterServerList: always(list(string), []),
  topicConfigSerializeWrapper: always(TopicConfigAndMappingSerializeWrapper.kind, emptyWrapper),
});
export type RegisterBrokerBody = BodyOf<typeof RegisterBrokerBody>;
export const { encode: encodeRegisterBrokerBody } = RegisterBrokerBody;

const filterServers = bodyOf('filterServerList', list(string));
const attributesText = bodyOf('attributes', map(string));

/** Numbers of nine digits: no table has more queues, and all fit an int32. */
const topicText = /^([^ ]+) (-?\d{1,9}) (-?\d{1,9}) (-?\d{1,9}) ([A-Z_]+)(?: (.*))?$/s;

/** Inflated bytes; a topic takes about 60. */
const INFLATED_SIZE_MAX = 64 * 1024 * 1024;

/** topicSysFlag, order and the mapping details are not in this form. As Java: RegisterBrokerBody.encode(true). */
export function encodeCompressedRegisterBrokerBody(body: RegisterBrokerBody): Buffer {
  const { dataVersion, topicConfigTable, topicQueueMappingInfoMap } = body.topicConfigSerializeWrapper;
  const out = new ByteWriter(4096);
  const part = (bytes: Buffer) => out.int32(bytes.length).append(bytes);
  part(encodeDataVersion(dataVersion));
  out.int32(topicConfigTable.size);
  for (const topic of topicConfigTable.values()) part(Buffer.from(printTopic(topic)));
  part(filterServers.encode(body.filterServerList));
  out.int32(topicQueueMappingInfoMap.size);
  for (const mapping of topicQueueMappingInfoMap.values()) part(TopicQueueMappingInfo.encode(mapping));
  return compress(out.finish(), 'zlib', 9);
}

/**
 * @param traits compressed: as the header says; version: MQVersion of the sender
 * @throws ProtocolViolation
 */
export function decodeRegisterBrokerBody(
  source: Buffer | undefined,
  traits: { compressed?: boolean; version?: number; inflatedSizeMax?: number } = {},
): RegisterBrokerBody {
  if (traits.compressed !== true || source === undefined) return RegisterBrokerBody.decode(source);
  const inflated = decompress(source, 'zlib', traits.inflatedSizeMax ?? INFLATED_SIZE_MAX);
  try {
    return decodeParts(new ByteReader(inflated), (traits.version ?? 0) >= VersionGate.MAPPING_IN_REGISTRATION);
  } catch (error) {
    if (error instanceof OutOfBytes) throw new ProtocolViolation(`registration cut short: ${error.message}`);
    throw error;
  }
}

function decodeParts(reader: ByteReader, withMappings: boolean): RegisterBrokerBody {
  const part = () => reader.slice(reader.int32());
  const dataVersion = decodeDataVersion(part());
  const topicConfigTable = new Map<string, TopicConfig>();
  for (let left = reader.int32(); left > 0; left--) {
    const topic = parseTopic(part().toString('utf8'));
    topicConfigTable.set(topic.topicName, topic);
  }
  const filterServerList = filterServers.decode(part());
  const topicQueueMappingInfoMap = new Map<string, TopicQueueMappingInfo>();
  for (let left = withMappings ? reader.int32() : 0; left > 0; left--) {
    const mapping = TopicQueueMappingInfo.decode(part());
    if (mapping.topic !== undefined) topicQueueMappingInfoMap.set(mapping.topic, mapping);
  }
  return { filterServerList, topicConfigSerializeWrapper: { ...emptyWrapper, dataVersion, topicConfigTable, topicQueueMappingInfoMap } };
}

/** As Java: TopicConfig.encode. */
function printTopic({ topicName, readQueueNums, writeQueueNums, perm, topicFilterType, attributes }: TopicConfig): string {
  return [topicName, readQueueNums, writeQueueNums, perm, topicFilterType, attributesText.encode(attributes).toString()].join(' ');
}

/** As Java: TopicConfig.decode, but attributes may hold spaces. */
function parseTopic(text: string): TopicConfig {
  const [, topicName = '', read, write, perm, filterType, attributes = ''] = topicText.exec(text) ?? [];
  const topicFilterType = topicFilterTypes.find((type) => type === filterType);
  if (topicFilterType === undefined) throw new ProtocolViolation(`no topic: ${text.slice(0, 100)}`);
  return {
    topicName,
    readQueueNums: Number(read),
    writeQueueNums: Number(write),
    perm: Number(perm),
    topicFilterType,
    topicSysFlag: 0,
    order: false,
    attributes: attributes === '' || attributes === 'null' ? new Map() : attributesText.decode(attributes),
  };
}
