import { RequestCode } from '../request-codes.js';
import { allCommands, commandByCode } from './all.js';
import { SendMessageV2 } from './messaging.js';

// Java's controller hands these to its own raft log; no peer sends them.
const INTERNAL = [
  'BROKER_CLOSE_CHANNEL_REQUEST',
  'CHECK_NOT_ACTIVE_BROKER_REQUEST',
  'GET_BROKER_LIVE_INFO_REQUEST',
  'GET_SYNC_STATE_DATA_REQUEST',
  'RAFT_BROKER_HEART_BEAT_EVENT_REQUEST',
];

describe('the command rows', () => {
  it('are one for each request code that travels', () => {
    const travelling = Object.entries(RequestCode).filter(([name]) => !INTERNAL.includes(name));
    expect(new Map(allCommands.map((command) => [command.name, command.code]))).toEqual(new Map(travelling));
    expect(allCommands).toHaveLength(travelling.length);
  });

  it('are found by code', () => {
    expect(commandByCode(310)?.name).toBe('SEND_MESSAGE_V2');
    expect(commandByCode(999_999)).toBeUndefined();
  });

  it('never write two fields under one name', () => {
    for (const { request, response, naming, name } of allCommands) {
      for (const fields of [request, response]) {
        const written = Object.entries(fields).map(([long, field]) => (naming === 'short' && field.short) || long);
        expect([name, new Set(written).size]).toEqual([name, written.length]);
      }
    }
  });

  it('give SEND_MESSAGE_V2 the letters of Java', () => {
    const letters = Object.entries(SendMessageV2.request).flatMap(([name, field]) =>
      field.short === undefined ? [] : [[field.short, name]],
    );
    expect(Object.fromEntries(letters)).toEqual({
      a: 'producerGroup',
      b: 'topic',
      c: 'defaultTopic',
      d: 'defaultTopicQueueNums',
      e: 'queueId',
      f: 'sysFlag',
      g: 'bornTimestamp',
      h: 'flag',
      i: 'properties',
      j: 'reconsumeTimes',
      k: 'unitMode',
      l: 'maxReconsumeTimes',
      m: 'batch',
      n: 'bname',
    });
  });
});
