import { isRequestRejected } from '../../base/index.js';
import { boolean, int, scannedValue, time } from '../command.js';
import type { ScannedExt } from '../scanned-ext.js';

/** What SEND_MESSAGE_V2 says in single letters. */
export interface LetteredSend {
  producerGroup: string | undefined;
  topic: string | undefined;
  defaultTopic: string | undefined;
  defaultTopicQueueNums: number | undefined;
  queueId: number | undefined;
  sysFlag: number | undefined;
  bornTimestamp: number | undefined;
  flag: number | undefined;
  properties: string | undefined;
  reconsumeTimes: number | undefined;
  unitMode: boolean | undefined;
  maxReconsumeTimes: number | undefined;
  batch: boolean | undefined;
  bname: string | undefined;
}

type Setter = (header: LetteredSend, ext: ScannedExt, mark: number) => void;

const setters: Readonly<Record<string, Setter>> = {
  a: (header, ext, mark) => (header.producerGroup = ext.textAt(mark)),
  b: (header, ext, mark) => (header.topic = ext.textAt(mark)),
  c: (header, ext, mark) => (header.defaultTopic = ext.textAt(mark)),
  d: (header, ext, mark) => (header.defaultTopicQueueNums = scannedValue(int, 'defaultTopicQueueNums', ext, mark)),
  e: (header, ext, mark) => (header.queueId = scannedValue(int, 'queueId', ext, mark)),
  f: (header, ext, mark) => (header.sysFlag = scannedValue(int, 'sysFlag', ext, mark)),
  g: (header, ext, mark) => (header.bornTimestamp = scannedValue(time, 'bornTimestamp', ext, mark)),
  h: (header, ext, mark) => (header.flag = scannedValue(int, 'flag', ext, mark)),
  i: (header, ext, mark) => (header.properties = ext.textAt(mark)),
  j: (header, ext, mark) => (header.reconsumeTimes = scannedValue(int, 'reconsumeTimes', ext, mark)),
  k: (header, ext, mark) => (header.unitMode = scannedValue(boolean, 'unitMode', ext, mark)),
  l: (header, ext, mark) => (header.maxReconsumeTimes = scannedValue(int, 'maxReconsumeTimes', ext, mark)),
  m: (header, ext, mark) => (header.batch = scannedValue(boolean, 'batch', ext, mark)),
  n: (header, ext, mark) => (header.bname = ext.textAt(mark)),
};
const byLetter = Array.from({ length: 128 }, (_, code) => setters[String.fromCharCode(code)]);

/**
 * Reads a send without looking for its fields by name: it is the request that comes most, with the most fields, and into an object of one shape
 * they are put several times faster than into one that grows by names. Of a header that is like an earlier one only the fields that differ are read.
 * @returns undefined when it has other fields too, which then are looked for by name
 * @throws RequestRejected when a field is malformed
 */
export function readLetteredSend(ext: ScannedExt): LetteredSend | undefined {
  const known = ext.pattern?.remembered(readSound);
  if (known === undefined) return readAll(ext);
  const header = copyOf(known);
  for (let mark = ext.firstMark(); mark >= 0; mark = ext.nextMark(mark)) {
    if (ext.differs(mark)) byLetter[ext.letterAt(mark)]?.(header, ext, mark);
  }
  return header;
}

/** @returns undefined also when a field is malformed */
function readSound(ext: ScannedExt): LetteredSend | undefined {
  try {
    return readAll(ext);
  } catch (error) {
    if (isRequestRejected(error)) return undefined;
    throw error;
  }
}

// Written out: spreading costs as much as reading the fields anew.
function copyOf(known: LetteredSend): LetteredSend {
  return {
    producerGroup: known.producerGroup,
    topic: known.topic,
    defaultTopic: known.defaultTopic,
    defaultTopicQueueNums: known.defaultTopicQueueNums,
    queueId: known.queueId,
    sysFlag: known.sysFlag,
    bornTimestamp: known.bornTimestamp,
    flag: known.flag,
    properties: known.properties,
    reconsumeTimes: known.reconsumeTimes,
    unitMode: known.unitMode,
    maxReconsumeTimes: known.maxReconsumeTimes,
    batch: known.batch,
    bname: known.bname,
  };
}

function readAll(ext: ScannedExt): LetteredSend | undefined {
  const header: LetteredSend = {
    producerGroup: undefined,
    topic: undefined,
    defaultTopic: undefined,
    defaultTopicQueueNums: undefined,
    queueId: undefined,
    sysFlag: undefined,
    bornTimestamp: undefined,
    flag: undefined,
    properties: undefined,
    reconsumeTimes: undefined,
    unitMode: undefined,
    maxReconsumeTimes: undefined,
    batch: undefined,
    bname: undefined,
  };
  for (let mark = ext.firstMark(); mark >= 0; mark = ext.nextMark(mark)) {
    const set = byLetter[ext.letterAt(mark)];
    if (set === undefined) return undefined;
    set(header, ext, mark);
  }
  return header;
}
