import { JsonObject, type JsonKey, type JsonValue } from './json-value.js';
import { javaDouble, JsonWriter, writeJson } from './json-writer.js';

const object = (...entries: [JsonKey, JsonValue][]) => new JsonObject(new Map(entries));
const queue = object(['brokerName', 'b'], ['queueId', 0], ['topic', 'T']);

describe('writeJson', () => {
  it('writes compact text with bare numbers and objects as keys', () => {
    const value = object(
      ['list', [1, 'a', null, true]],
      ['ints', object([0, 12], [1, 7])],
      ['mq', object([queue, 7])],
      ['empty', object()],
    );
    expect(writeJson(value)).toBe(
      '{"list":[1,"a",null,true],"ints":{0:12,1:7},"mq":{{"brokerName":"b","queueId":0,"topic":"T"}:7},"empty":{}}',
    );
    expect(writeJson(object([0, 'a']), { quotedKeys: true })).toBe('{"0":"a"}');
  });

  it('writes files as fastjson 2 prints them', () => {
    const value = object(
      ['ints', object([0, 12], [1, object(['a', 1])])],
      ['mq', object([queue, 7])],
      ['list', [[1], []]],
      ['none', object()],
    );
    expect(writeJson(value, { pretty: true })).toBe(
      [
        '{',
        '\t"ints":{',
        '\t\t0:12,',
        '\t\t1:{',
        '\t\t\t"a":1',
        '\t\t}',
        '\t},',
        '\t"mq":{',
        '\t\t{',
        '\t\t\t"brokerName":"b",',
        '\t\t\t"queueId":0,',
        '\t\t\t"topic":"T"',
        '\t\t}:7',
        '\t},',
        '\t"list":[',
        '\t\t[',
        '\t\t\t1',
        '\t\t],',
        '\t\t[]',
        '\t],',
        '\t"none":{}',
        '}',
      ].join('\n'),
    );
  });

  it('keeps what is inline on one line', () => {
    const writer = new JsonWriter({ pretty: true });
    writer.open('{');
    writer.name('"bitPos":');
    writer.inline(() => {
      writer.open('[');
      writer.next();
      writer.integer(90);
      writer.next();
      writer.integer(22);
      writer.close(']');
    });
    writer.name('"x":');
    writer.word(true);
    writer.close('}');
    expect(writer.finish()).toBe('{\n\t"bitPos":[90,22],\n\t"x":true\n}');
  });

  it('escapes what Java escapes and nothing else', () => {
    expect(writeJson('"\\/\b\t\n\f\r\u0001\u001f\u007f\u2028中😀')).toBe('"\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001f\u007f\u2028中😀"');
    expect(writeJson('a\ud83db')).toBe('"a?b"');
    expect(writeJson(object(['\ud83d', 1]))).toBe('{"?":1}');
  });
});

describe('a double', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-1.5, '-1.5'],
    [0.001, '0.001'],
    [1e-4, '1.0E-4'],
    [123456.789, '123456.789'],
    [9999999, '9999999.0'],
    [1e7, '1.0E7'],
    [12345678.9, '1.23456789E7'],
    [1e21, '1.0E21'],
    [Number.MAX_VALUE, '1.7976931348623157E308'],
    [Number.MIN_VALUE, '4.9E-324'],
    [1 / 3, '0.3333333333333333'],
    [NaN, 'null'],
    [Infinity, 'null'],
  ])('%d is printed as %s', (value, text) => {
    expect(javaDouble(value)).toBe(text);
  });
});
