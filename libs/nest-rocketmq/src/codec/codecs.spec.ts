import { cloudEventsCodec, type CloudEvent } from './cloud-events-codec.js';
import type { Codec, OutgoingAbout } from './codec.js';
import { jsonCodec } from './json-codec.js';
import { rawCodec } from './raw-codec.js';

const about: OutgoingAbout = { topic: 'orders', tag: 'placed', keys: [] };

async function throughTheWire(codec: Codec, payload: unknown) {
  const encoded = await codec.encode(payload, about);
  const { body, properties } = Buffer.isBuffer(encoded) ? { body: encoded, properties: {} } : encoded;
  const message = { topic: about.topic, tags: about.tag, properties: new Map(Object.entries(properties)) };
  return { body: body.toString(), properties, decode: (reader: Codec = codec) => reader.decode(body, message) };
}

describe('jsonCodec', () => {
  it.each([[{ id: 1 }], ['text'], [0], [null], [[1, 2]], [false]])('carries %j without an envelope', async (payload) => {
    const { body, decode } = await throughTheWire(jsonCodec, payload);
    expect(body).toBe(JSON.stringify(payload));
    expect(await decode()).toEqual(payload);
  });

  it('writes nothing as null, and reads an empty body as null', () => {
    expect(jsonCodec.encode(undefined).toString()).toBe('null');
    expect(jsonCodec.decode(Buffer.alloc(0))).toBeNull();
  });
});

describe('rawCodec', () => {
  it('takes bytes and text as they are, also the middle of a larger buffer', () => {
    expect(rawCodec.encode('text').toString()).toBe('text');
    expect(rawCodec.encode(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toEqual(Buffer.from([2, 3]));
    expect(rawCodec.decode(Buffer.from('x'))).toEqual(Buffer.from('x'));
  });
});

describe('cloudEventsCodec', () => {
  const source = '/orders';

  it('puts attributes into properties, and the data alone into the body', async () => {
    const { body, properties, decode } = await throughTheWire(cloudEventsCodec({ source, type: 'com.example.placed' }), { id: 7 });
    expect(body).toBe('{"id":7}');
    expect(properties).toEqual({
      CE_specversion: '1.0',
      CE_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      CE_source: source,
      CE_type: 'com.example.placed',
      CE_time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      CE_datacontenttype: 'application/json',
    });
    expect(await decode()).toEqual({ id: 7 });
  });

  it.each(['binary', 'structured'] as const)('carries whole events in %s mode, and each mode is read by the other', async (mode) => {
    const codec = cloudEventsCodec({ source, mode, payload: 'event' });
    const { decode } = await throughTheWire(codec, { id: 'e1', type: 't', subject: 's', tenant: 'x', data: { id: 7 } });
    const event = (await decode(cloudEventsCodec({ source, payload: 'event' }))) as CloudEvent<{ id: number }>;
    expect(event).toMatchObject({ specversion: '1.0', id: 'e1', source, type: 't', subject: 's', tenant: 'x', data: { id: 7 } });
  });

  it('names the type after the place unless told otherwise', async () => {
    const typed = cloudEventsCodec({ source, payload: 'event', type: ({ topic }) => `com.example.${topic}` });
    expect(await (await throughTheWire(typed, { data: 1 })).decode()).toMatchObject({ type: 'com.example.orders' });
    expect(await (await throughTheWire(cloudEventsCodec({ source, payload: 'event' }), { data: 1 })).decode()).toMatchObject({
      type: 'orders.placed',
    });
  });

  it('refuses what is no event', async () => {
    const codec = cloudEventsCodec({ source });
    const plain = { topic: 'orders', tags: undefined, properties: new Map<string, string>() };
    expect(() => codec.decode(Buffer.from('{"id":1}'), plain)).toThrow('it has no id, source, type, specversion');
    expect(() => codec.decode(Buffer.from('7'), plain)).toThrow('its body is no object');
    const old = new Map([
      ['CE_specversion', '0.3'],
      ['CE_id', '1'],
      ['CE_source', 's'],
      ['CE_type', 't'],
    ]);
    expect(() => codec.decode(Buffer.from('1'), { ...plain, properties: old })).toThrow('0.3 are not understood');
    await expect(throughTheWire(cloudEventsCodec({ source, payload: 'event' }), { data: 1, odd: {} })).rejects.toThrow('the attribute odd');
  });

  it('reads the content type under the name that the Java SDK gives it', () => {
    const properties = new Map([
      ['CE_specversion', '1.0'],
      ['CE_id', '1'],
      ['CE_source', 's'],
      ['CE_type', 't'],
      ['CE_contenttype', 'application/json'],
    ]);
    const event = cloudEventsCodec({ source, payload: 'event' }).decode(Buffer.from('1'), { topic: 'orders', tags: undefined, properties });
    expect(event).toEqual({ specversion: '1.0', id: '1', source: 's', type: 't', datacontenttype: 'application/json', data: 1 });
  });
});
