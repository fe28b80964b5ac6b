import { AssertionFailed, isRequestRejected, SAFE_MAX, SAFE_MIN } from '../base/index.js';
import { boolean, decodeFields, defineCommand, encodeFields, int, limit, need, offset, optional, required, string } from './command.js';
import { ResponseCode } from './response-codes.js';

const row = defineCommand({
  code: 9999,
  name: 'EXAMPLE',
  access: 'any',
  naming: 'short',
  request: {
    topic: required(string, 'b'),
    queueId: required(int, 'e'),
    position: required(offset),
    until: optional(limit),
    last: optional(boolean, 'm'),
  },
  response: {},
});

function rejection(run: () => unknown): { code: number; remark: string } {
  try {
    run();
  } catch (error) {
    if (isRequestRejected(error)) return { code: error.code, remark: error.remark };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('header fields', () => {
  it('are written under their short names where the command has them', () => {
    const ext = encodeFields(row.request, { topic: 'T', queueId: 1, position: 2, last: false }, row.naming);
    expect([...ext]).toEqual([
      ['b', 'T'],
      ['e', '1'],
      ['position', '2'],
      ['m', 'false'],
    ]);
    expect(encodeFields(row.request, { topic: 'T', queueId: 1, position: 2 }).get('topic')).toBe('T');
  });

  it('may all be missing in what a peer sends; unknown ones are ignored', () => {
    expect(decodeFields(row.request, undefined, 'short')).toEqual({});
    expect(
      decodeFields(
        row.request,
        new Map([
          ['zz', '1'],
          ['e', '3'],
        ]),
        'short',
      ),
    ).toEqual({ queueId: 3 });
  });

  it('must be given by our own encoder when they are required', () => {
    const incomplete = { topic: 'T', queueId: 1 } as { topic: string; queueId: number; position: number };
    expect(() => encodeFields(row.request, incomplete, 'short')).toThrow(AssertionFailed);
  });

  it.each(['', 'x', '1.5', '0x10', '1e3', ' 1', '--1', '1 '])('refuse %j as a number, with the code that Java answers', (text) => {
    for (const kind of [int, offset, limit]) {
      expect(rejection(() => kind.parse(text, 'queueId'))).toEqual({
        code: ResponseCode.SYSTEM_ERROR,
        remark: 'header field queueId is not a whole number',
      });
    }
  });

  it('refuse an int outside of 32 bits', () => {
    expect([int.parse('-2147483648', 'f'), int.parse('+2147483647', 'f')]).toEqual([-(2 ** 31), 2 ** 31 - 1]);
    expect(rejection(() => int.parse('2147483648', 'f')).remark).toBe('header field f is out of range');
    expect(rejection(() => int.parse('-2147483649', 'f')).remark).toBe('header field f is out of range');
  });

  it('refuse a position that a double cannot hold and saturate a limit there', () => {
    const javaMax = '9223372036854775807';
    expect(offset.parse(String(SAFE_MAX), 'f')).toBe(SAFE_MAX);
    expect(rejection(() => offset.parse(javaMax, 'f')).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect(rejection(() => offset.parse(String(SAFE_MAX + 1), 'f')).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect([limit.parse(javaMax, 'f'), limit.parse(`-${javaMax}`, 'f')]).toEqual([SAFE_MAX, SAFE_MIN]);
  });

  it('take anything but true, in any case, for false, as Java: Boolean.parseBoolean', () => {
    expect(['true', 'TRUE', 'True', 'false', '1', 'yes', ''].map((text) => boolean.parse(text, 'f'))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('are asked for by need(), which names the missing one', () => {
    expect(need({ topic: 'T' }, 'topic')).toBe('T');
    const header: { topic?: string } = {};
    expect(rejection(() => need(header, 'topic'))).toEqual({ code: ResponseCode.SYSTEM_ERROR, remark: 'missing header field topic' });
  });
});
