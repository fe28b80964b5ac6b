import { randomUUID } from 'node:crypto';
import type { Codec, Encoded, IncomingAbout, OutgoingAbout } from './codec.js';

/** An event of CloudEvents 1.0. Further string members are extension attributes. */
export interface CloudEvent<T = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data: T;
  readonly [extension: string]: unknown;
}

export interface CloudEventsOptions {
  /** `source` of events that name none: a URI of the sending service. */
  readonly source: string;
  /** `type` of events that name none. Default `topic.tag`, or `topic` without a tag. */
  readonly type?: string | ((about: OutgoingAbout) => string);
  /** `binary` (default): attributes in the properties `CE_<name>`, the data as body. `structured`: the whole event as JSON body. */
  readonly mode?: 'binary' | 'structured';
  /**
   * What handlers get and senders give: `data` (default), or the `event` with its attributes; senders may then leave out those that have a default.
   */
  readonly payload?: 'data' | 'event';
}

const PREFIX = 'CE_';
const STRUCTURED_TYPE = 'application/cloudevents+json';
// What the Java SDK calls the property of `datacontenttype`.
const CONTENT_TYPE = 'CE_contenttype';

type Attributes = Record<string, unknown>;

/** Events as CloudEvents 1.0, with JSON data. Both modes are read, whichever is written. */
export function cloudEventsCodec(options: CloudEventsOptions): Codec {
  const wantsEvent = options.payload === 'event';
  return {
    encode: (payload, about) => {
      const given = wantsEvent ? (payload as Attributes) : { data: payload };
      const event = { ...defaultsOf(options, about), ...given };
      return options.mode === 'structured' ? structured(event) : binary(event);
    },
    decode: (body, message) => {
      const event = eventOf(body, message);
      return wantsEvent ? event : event.data;
    },
  };
}

function defaultsOf({ source, type }: CloudEventsOptions, about: OutgoingAbout): Attributes {
  const named = typeof type === 'function' ? type(about) : type;
  return {
    specversion: '1.0',
    id: randomUUID(),
    source,
    type: named ?? (about.tag === undefined ? about.topic : `${about.topic}.${about.tag}`),
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
  };
}

function structured(event: Attributes): Encoded {
  return { body: Buffer.from(JSON.stringify(event)), properties: { [CONTENT_TYPE]: STRUCTURED_TYPE } };
}

function binary({ data, ...attributes }: Attributes): Encoded {
  const named = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== '');
  return {
    body: Buffer.from(JSON.stringify(data ?? null)),
    properties: Object.fromEntries(named.map(([name, value]) => [`${PREFIX}${name}`, textOf(name, value)])),
  };
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  throw new TypeError(`the attribute ${name} of a CloudEvent is no text, number, boolean or Date`);
}

function eventOf(body: Buffer, { properties }: IncomingAbout): CloudEvent {
  const parsed = JSON.parse(body.toString('utf8')) as unknown;
  if (!properties.has(`${PREFIX}specversion`)) return structuredEvent(parsed);
  const attributes: [string, unknown][] = [];
  for (const [name, value] of properties) {
    if (name === CONTENT_TYPE) attributes.push(['datacontenttype', value]);
    else if (name.startsWith(PREFIX)) attributes.push([name.slice(PREFIX.length), value]);
  }
  return checked({ ...Object.fromEntries(attributes), data: parsed });
}

function structuredEvent(parsed: unknown): CloudEvent {
  if (typeof parsed !== 'object' || parsed === null) throw new TypeError('the message is no CloudEvent: its body is no object');
  return checked(parsed as Attributes);
}

function checked(event: Attributes): CloudEvent {
  const missing = ['id', 'source', 'type', 'specversion'].filter((name) => typeof event[name] !== 'string');
  if (missing.length > 0) throw new TypeError(`the message is no CloudEvent: it has no ${missing.join(', ')}`);
  if (event.specversion !== '1.0') throw new TypeError(`CloudEvents ${String(event.specversion)} are not understood, only 1.0`);
  return { data: undefined, ...event } as unknown as CloudEvent;
}
