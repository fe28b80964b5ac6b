import {
  type Command,
  decodeAnswer,
  encodeFrame,
  encodeRequest,
  type Frame,
  type HeaderOf,
  type LanguageName,
  RequestPrinter,
  type Serialization,
  VERSION,
} from '../protocol/index.js';
import type { ClientHook, OutgoingCall } from './hooks.js';
import type { Answer, CallOptions } from './ports.js';

const NO_EXT: ReadonlyMap<string, string> = new Map();

/** How a process presents itself in the frames it writes. */
export interface Identity {
  /** 4.9 does not know NODE_JS and reads it as "no language", which it only displays; every later release knows it. */
  readonly language: LanguageName;
  /** What we write; a reader accepts both at any time. As Java: rocketmq.serialize.type. */
  readonly serialization: Serialization;
}

export const defaultIdentity: Identity = { language: 'NODE_JS', serialization: 'JSON' };

export function partsOf(body: Buffer | readonly Buffer[] | undefined): readonly Buffer[] {
  if (body === undefined) return [];
  return Buffer.isBuffer(body) ? [body] : body;
}

export function sizeOf(buffers: readonly Buffer[]): number {
  let size = 0;
  for (const buffer of buffers) size += buffer.length;
  return size;
}

/** @throws RequestRejected when a field of the answer is malformed */
export function answerOf<C extends Command>(command: C, frame: Frame): Answer<C> {
  const { code, remark, ext, body, version } = frame;
  const header = decodeAnswer(command, ext);
  return { code, remark, header, ext: ext ?? NO_EXT, body, version };
}

/** Int16 is all that the binary header has for a code: POP_MESSAGE and its kin travel as JSON. */
export function serializationFor(code: number, wanted: Serialization): Serialization {
  return code > 0x7fff || code < -0x8000 ? 'JSON' : wanted;
}

/** What a frame says beside its command and header. */
export interface FramePlace {
  readonly opaque: number;
  readonly flag: number;
}

/** Makes request frames. */
export class Caller {
  private readonly printer: RequestPrinter;

  constructor(
    private readonly identity: Identity,
    private readonly hooks: readonly ClientHook[] = [],
  ) {
    this.printer = new RequestPrinter(identity.language);
  }

  /** What `print` has written. */
  get printed(): Buffer {
    return this.printer.bytes;
  }

  /** @returns the size of all but the body in `printed`; 0 when a map of the fields has to be made, by `call` */
  print<C extends Command>(
    command: C,
    header: HeaderOf<C['request']>,
    { bodySize, ext }: { readonly bodySize: number; readonly ext: CallOptions['ext'] },
    { opaque, flag }: FramePlace,
  ): number {
    // Hooks sign and measure, and look at the fields for it.
    if (this.hooks.length > 0 || ext !== undefined) return 0;
    if (serializationFor(command.code, this.identity.serialization) !== 'JSON') return 0;
    return this.printer.print(command, { header, opaque, flag, bodySize });
  }

  /** @throws what a hook throws */
  call<C extends Command>(
    command: C,
    header: HeaderOf<C['request']>,
    target: Pick<CallOptions, 'body' | 'ext'> & { readonly address: string },
  ): OutgoingCall {
    const ext = encodeRequest(command, header);
    if (target.ext) for (const [name, value] of target.ext) ext.set(name, value);
    const call: OutgoingCall = { command, address: target.address, ext, body: partsOf(target.body) };
    for (const hook of this.hooks) hook.before?.(call);
    return call;
  }

  encode({ command, ext, body }: OutgoingCall, opaque: number, flag: number): Buffer[] {
    const { language, serialization } = this.identity;
    const frame: Frame = {
      code: command.code,
      language,
      version: VERSION,
      opaque,
      flag,
      remark: undefined,
      ext: ext.size > 0 ? ext : undefined,
      body: undefined,
      serialization: serializationFor(command.code, serialization),
    };
    return encodeFrame(frame, body);
  }

  finished(call: OutgoingCall, code: number | undefined, durationMs: number): void {
    for (const hook of this.hooks) hook.after?.(call, code, durationMs);
  }
}
