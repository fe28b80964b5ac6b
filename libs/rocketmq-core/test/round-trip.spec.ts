import fc from 'fast-check';
import * as protocol from '../src/protocol/index.js';
import {
  allCommands,
  boolean,
  decodeFields,
  decodeFrame,
  encodeFields,
  encodeFrame,
  FrameFlag,
  FrameSplitter,
  int,
  limit,
  offset,
  string,
  type Command,
  type Fields,
  type Frame,
  type Kind,
  type Serialization,
} from '../src/protocol/index.js';

const unit = fc.oneof(
  fc.constantFrom('"', '\\', '\u0001', '\u0002', ' ', 'a', 'é', '中', '😀'),
  fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
);
const safe = fc.maxSafeInteger();
const values = new Map<Kind<never>, fc.Arbitrary<unknown>>([
  [string as Kind<never>, fc.string({ minLength: 1, maxLength: 20, unit })],
  [boolean as Kind<never>, fc.boolean()],
  [int as Kind<never>, fc.integer()],
  [offset as Kind<never>, safe],
  [limit as Kind<never>, safe],
]);

type Values = Readonly<Record<string, unknown>>;

/** Headers of a row: its required fields and any of the others. */
function headersOf(fields: Fields): fc.Arbitrary<Values> {
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = values.get(field.kind as Kind<never>);
    if (value === undefined) throw new Error(`${name} is of a kind that this test does not know`);
    model[name] = value;
  }
  const requiredKeys = Object.keys(fields).filter((name) => fields[name]?.optional === false);
  return fc.record(model, { requiredKeys, noNullPrototype: true });
}

const options = fc.record({
  serialization: fc.constantFrom<Serialization>('JSON', 'ROCKETMQ'),
  opaque: fc.integer(),
  body: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined }),
  cut: fc.nat(1000),
});

/** Writes a frame, cuts its bytes in two, reads it again. */
function travel(frame: Frame, cut: number): Frame[] {
  const bytes = Buffer.concat(encodeFrame(frame));
  const arrived: Frame[] = [];
  const splitter = new FrameSplitter();
  for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)]) splitter.push(chunk, (whole) => arrived.push(decodeFrame(whole)));
  return arrived;
}

function check(command: Command, direction: 'request' | 'response'): void {
  const fields = command[direction];
  const naming = direction === 'request' ? command.naming : 'long';
  fc.assert(
    fc.property(headersOf(fields), options, (header, { serialization, opaque, body, cut }) => {
      const sent: Frame = {
        code: direction === 'request' ? command.code : 0,
        language: 'NODE_JS',
        version: 479,
        opaque,
        flag: direction === 'request' ? 0 : FrameFlag.RESPONSE,
        remark: undefined,
        ext: encodeFields(fields, header, naming),
        body: body && Buffer.from(body),
        serialization,
      };
      const [received, ...more] = travel(sent, cut);
      expect(more).toEqual([]);
      expect(received).toMatchObject({ code: sent.code, language: 'NODE_JS', version: 479, opaque, flag: sent.flag, body: sent.body });
      expect(received?.serialization).toBe(sent.code > 32_767 ? 'JSON' : serialization);
      expect(decodeFields(fields, received?.ext, naming)).toEqual(header);
    }),
    { numRuns: 40 },
  );
}

describe('every command survives the wire in both serialisations', () => {
  it.each(allCommands.map((command) => [command.name, command] as const))('%s', (_, command) => {
    check(command, 'request');
    check(command, 'response');
  });
});

const pascal = (name: string) => name.replace(/([A-Z0-9])([A-Z0-9]*)_?/g, (_, first: string, rest: string) => first + rest.toLowerCase());

describe('every command is exported', () => {
  it('under the name Java gives it', () => {
    const exported = protocol as unknown as Readonly<Record<string, unknown>>;
    expect(allCommands.filter((command) => exported[pascal(command.name)] !== command).map((command) => command.name)).toEqual([]);
  });
});
