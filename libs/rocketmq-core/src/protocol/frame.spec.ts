import fc from 'fast-check';
import { isProtocolViolation } from '../base/index.js';
import { decodeFrame, encodeFrame, FrameFlag, type Frame } from './frame.js';
import { defaultFrameLimits } from './frame-limits.js';

const request: Frame = {
  code: 38,
  language: 'JAVA',
  version: 479,
  opaque: 5,
  flag: 0,
  remark: undefined,
  ext: new Map([['consumerGroup', 'CG']]),
  body: undefined,
  serialization: 'JSON',
};
const response: Frame = { ...request, code: 0, flag: FrameFlag.RESPONSE, ext: undefined, version: 0 };
const bytesOf = (frame: Frame) => Buffer.concat(encodeFrame(frame));
/** Ext fields that were only scanned are no Map yet. */
const plain = (frame: Frame): Frame => ({ ...frame, ext: frame.ext && new Map(frame.ext) });

function violation(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isProtocolViolation(error)) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

// What JSON escapes, what UTF-8 writes in one to four bytes, and anything else.
const unit = fc.oneof(
  fc.constantFrom('"', '\\', '\u0000', '\u0001', '\n', '\u007f', '/', 'a', 'é', '中', '😀'),
  fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
);
const name = fc.string({ minLength: 1, maxLength: 12, unit });
const frames: fc.Arbitrary<Frame> = fc.record({
  code: fc.integer({ min: -32768, max: 32767 }),
  language: fc.constantFrom('JAVA', 'CPP', 'GO', 'NODE_JS', 'OTHER'),
  version: fc.integer({ min: 0, max: 32767 }),
  opaque: fc.integer(),
  flag: fc.integer({ min: 0, max: 3 }),
  remark: fc.option(name, { nil: undefined }),
  ext: fc.option(
    fc.uniqueArray(fc.tuple(name, name), { minLength: 1, maxLength: 8, selector: ([key]) => key }).map((pairs) => new Map(pairs)),
    { nil: undefined },
  ),
  body: fc.option(
    fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    { nil: undefined },
  ),
  serialization: fc.constantFrom('JSON' as const, 'ROCKETMQ' as const),
});

describe('a frame', () => {
  it('carries the JSON header that Java writes, key for key', () => {
    const bytes = bytesOf(request);
    expect(bytes.toString('utf8', 8)).toBe(
      '{"code":38,"extFields":{"consumerGroup":"CG"},"flag":0,"language":"JAVA","opaque":5,"serializeTypeCurrentRPC":"JSON","version":479}',
    );
    expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
    expect(bytes.readInt32BE(4)).toBe(bytes.length - 8);
    expect(bytesOf(response).toString('utf8', 8)).toBe(
      '{"code":0,"flag":1,"language":"JAVA","opaque":5,"serializeTypeCurrentRPC":"JSON","version":0}',
    );
  });

  it('puts the remark between opaque and the serialisation', () => {
    expect(bytesOf({ ...response, remark: 'a "b"\n' }).toString('utf8', 8)).toContain('"opaque":5,"remark":"a \\"b\\"\\n","serializeType');
  });

  it('carries the binary header, byte for byte', () => {
    const bytes = bytesOf({ ...request, serialization: 'ROCKETMQ', remark: 'no', body: Buffer.from([7]) });
    const header = '0026' + '00' + '01df' + '00000005' + '00000000' + '00000002' + '6e6f' + '00000015';
    const ext = '000d' + Buffer.from('consumerGroup').toString('hex') + '00000002' + '4347';
    expect(bytes.toString('hex')).toBe('00000031' + '0100002c' + header + ext + '07');
  });

  it('leaves the parts of a body unjoined and counts them all', () => {
    const parts = [Buffer.from('ab'), Buffer.from('cde')];
    const buffers = encodeFrame(request, parts);
    expect(buffers.slice(1)).toEqual(parts);
    expect(buffers[1]).toBe(parts[0]);
    expect(decodeFrame(Buffer.concat(buffers)).body).toEqual(Buffer.from('abcde'));
  });

  it('has no body rather than an empty one, as Java decodes it', () => {
    expect(decodeFrame(bytesOf({ ...request, body: Buffer.alloc(0) })).body).toBeUndefined();
  });

  it.each([200_050, -40_000])('falls back to JSON for code %d, which has no binary form', (code) => {
    const decoded = decodeFrame(bytesOf({ ...request, code, serialization: 'ROCKETMQ' }));
    expect(decoded).toMatchObject({ code, serialization: 'JSON' });
  });

  it('falls back to JSON for an ext name that is too long for the binary form', () => {
    const long = 'é'.repeat(20_000);
    const decoded = decodeFrame(bytesOf({ ...request, ext: new Map([[long, '1']]), serialization: 'ROCKETMQ' }));
    expect(decoded.serialization).toBe('JSON');
    expect(decoded.ext?.get(long)).toBe('1');
  });

  it('comes back as it was written in both serialisations', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        expect(plain(decodeFrame(bytesOf(frame)))).toEqual(frame);
      }),
      { examples: [[{ ...request, serialization: 'JSON' }]] },
    );
  });

  it('is what it is or a violation, whatever the bytes are', () => {
    const sound = frames.map(bytesOf);
    const broken = fc.tuple(sound, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 })).map(([bytes, changes]) => {
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes;
    });
    const framed = fc.tuple(fc.nat(1), fc.uint8Array({ maxLength: 200 })).map(([type, header]) => {
      const prefix = Buffer.alloc(8);
      prefix.writeInt32BE(4 + header.length, 0);
      prefix.writeInt32BE(type * 0x100_0000 + header.length, 4);
      return Buffer.concat([prefix, header]);
    });
    const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const outcome = (bytes: Buffer) => {
      try {
        return typeof decodeFrame(bytes).code;
      } catch (error) {
        return isProtocolViolation(error) ? 'violation' : error;
      }
    };
    fc.assert(
      fc.property(fc.oneof(broken, framed, noise), (bytes) => {
        expect(['number', 'violation']).toContain(outcome(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused when its lengths do not fit', () => {
    const bytes = bytesOf(request);
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(bytes);
      copy.writeInt32BE(value, at);
      return copy;
    };
    expect(violation(() => decodeFrame(bytes.subarray(0, 7)))).toContain('frame length');
    expect(violation(() => decodeFrame(bytes.subarray(0, -1)))).toContain('frame length');
    expect(violation(() => decodeFrame(changed(0, 3)))).toBe('frame length 3');
    expect(violation(() => decodeFrame(changed(0, -1)))).toBe('frame length -1');
    expect(violation(() => decodeFrame(changed(0, 16_777_217)))).toBe('frame length 16777217');
    expect(violation(() => decodeFrame(changed(4, bytes.length - 7)))).toContain('header length');
    expect(violation(() => decodeFrame(changed(4, 0x200_0002)))).toBe('unknown serialisation 2');
    expect(violation(() => decodeFrame(changed(4, -1)))).toBe('unknown serialisation 255');
  });

  it('is refused when its header is over the limit', () => {
    const bytes = bytesOf({ ...request, remark: 'x'.repeat(200) });
    expect(violation(() => decodeFrame(bytes, { ...defaultFrameLimits, headerSizeMax: 200 }))).toContain('over the limit of 200');
  });
});
