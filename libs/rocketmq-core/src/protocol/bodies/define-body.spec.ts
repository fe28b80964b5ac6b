import { isProtocolViolation } from '../../base/index.js';
import {
  array,
  boolean,
  bytes,
  double,
  enumeration,
  int,
  int64,
  intMap,
  list,
  long,
  map,
  messageQueue,
  offset,
  queueMap,
  string,
} from './body-kinds.js';
import { always, defineBody, maybe } from './define-body.js';

const Sample = defineBody('Sample', {
  zulu: maybe(string),
  alpha: always(int, 7),
  time: maybe(long),
  place: maybe(offset),
  raw: maybe(int64),
  rate: maybe(double),
  on: maybe(boolean, 'enabled'),
  colour: maybe(enumeration(['RED', 'GREEN'])),
  bits: maybe(bytes),
  names: maybe(list(string)),
  numbers: maybe(array(int)),
  table: maybe(map(int)),
  byId: maybe(intMap(string)),
  queue: maybe(messageQueue),
  byQueue: maybe(queueMap(int)),
});

const decode = (text: string) => {
  try {
    const { alpha, ...rest } = Sample.decode(text);
    return alpha === 7 ? rest : { alpha, ...rest };
  } catch (error) {
    if (isProtocolViolation(error)) return 'violation';
    throw error;
  }
};

const queue = { topic: 'T', brokerName: 'b', queueId: 1 };

describe('a body', () => {
  it('writes its fields in alphabetical order and leaves out what is undefined', () => {
    expect(Sample.encode({ zulu: 'z', alpha: 1, byId: new Map([[0, 'a']]) }).toString()).toBe('{"alpha":1,"byId":{0:"a"},"zulu":"z"}');
    expect(Sample.encode({ alpha: 1, byQueue: [[queue, 5]] }).toString()).toBe(
      '{"alpha":1,"byQueue":{{"brokerName":"b","queueId":1,"topic":"T"}:5}}',
    );
  });

  it.each<[string, unknown]>([
    ['{}', {}],
    ['{"alpha":null,"zulu":null,"unknown":{"x":[1]}}', {}],
    ['{"alpha":"12"}', { alpha: 12 }],
    ['{"alpha":1.9}', { alpha: 1 }],
    ['{"alpha":""}', {}],
    ['{"zulu":5}', { zulu: '5' }],
    ['{"zulu":{"a":1}}', { zulu: '{"a":1}' }],
    ['{"time":9223372036854775807}', { time: Number.MAX_SAFE_INTEGER }],
    ['{"time":"-9223372036854775808"}', { time: Number.MIN_SAFE_INTEGER }],
    ['{"raw":-9223372036854775808}', { raw: -(2n ** 63n) }],
    ['{"raw":5}', { raw: 5n }],
    ['{"rate":1}', { rate: 1 }],
    ['{"rate":"0.5"}', { rate: 0.5 }],
    ['{"on":1}', { on: true }],
    ['{"on":"Y"}', { on: true }],
    ['{"enabled":false}', { on: false }],
    ['{"colour":"GREEN"}', { colour: 'GREEN' }],
    ['{"colour":1}', { colour: 'GREEN' }],
    ['{"colour":"BLUE"}', {}],
    ['{"bits":"AQI="}', { bits: Buffer.from([1, 2]) }],
    ['{"names":["a",null,5]}', { names: ['a', '5'] }],
    ['{"names":"a"}', { names: ['a'] }],
    [
      '{"table":{"a":1,"b":null,3:2}}',
      {
        table: new Map([
          ['a', 1],
          ['3', 2],
        ]),
      },
    ],
    ['{"table":{"__proto__":1}}', { table: new Map([['__proto__', 1]]) }],
    [
      '{"byId":{0:"a","1":"b"}}',
      {
        byId: new Map([
          [0, 'a'],
          [1, 'b'],
        ]),
      },
    ],
    ['{"queue":{"topic":"T","brokerName":"b","queueId":1}}', { queue }],
    ['{"byQueue":{{"topic":"T","brokerName":"b","queueId":1}:5}}', { byQueue: [[queue, 5]] }],
    ['{"byQueue":{"{\\"brokerName\\":\\"b\\",\\"queueId\\":1,\\"topic\\":\\"T\\"}":5}}', { byQueue: [[queue, 5]] }],
    ['{"byQueue":{{"$ref":"$.x"}:5}}', { byQueue: [] }],
    ['{"byQueue":{"$ref":"$.x"}}', { byQueue: [] }],
  ])('reads %s', (text, expected) => {
    expect(decode(text)).toEqual(expected);
  });

  it.each([
    ...[
      '{"alpha":99999999999}',
      '{"alpha":"x"}',
      '{"alpha":[]}',
      '{"place":9223372036854775807}',
      '{"rate":"x"}',
      '{"on":"maybe"}',
      '{"bits":5}',
    ],
    ...['{"table":[]}', '{"byId":{"x":"a"}}', '{"byId":{{}:"a"}}', '{"queue":"q"}', '{"byQueue":{"q":5}}', '{"queue":{"queueId":"x"}}'],
    ...['[]', '5', 'null', ''],
  ])('refuses %s', (text) => {
    expect(decode(text)).toBe('violation');
  });

  it('is refused when there is none', () => {
    expect(() => Sample.decode(undefined)).toThrow('no body where Sample is expected');
  });
});
