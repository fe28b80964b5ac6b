import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { OperationFailed } from '../base/index.js';
import { type HostAddress, parseHost } from '../protocol/index.js';
import type { Clock } from '../runtime/index.js';
import type { ByteStream, StreamListener } from './byte-stream.js';

// The door to the network: everything else sees ByteStream. TLS belongs here too (same port, told by the first byte).

/** Neighbouring buffers below this size are copied into one: a copy of some kilobytes costs less than one more entry of a writev. */
const JOIN_BELOW = 8 * 1024;

function joinSmall(buffers: readonly Buffer[]): readonly Buffer[] {
  const parts: Buffer[] = [];
  let run: Buffer[] = [];
  const closeRun = () => {
    if (run.length > 0) parts.push(run.length === 1 && run[0] ? run[0] : Buffer.concat(run));
    run = [];
  };
  for (const buffer of buffers) {
    if (buffer.length < JOIN_BELOW) {
      run.push(buffer);
      continue;
    }
    closeRun();
    parts.push(buffer);
  }
  closeRun();
  return parts;
}

class SocketStream implements ByteStream {
  private listener: StreamListener | undefined;
  private reason = 'closed by the peer';
  private readonly written = () => this.listener?.drained();

  constructor(
    private readonly socket: Socket,
    readonly remote: HostAddress,
    readonly local: HostAddress,
  ) {}

  get pendingSize(): number {
    return this.socket.writableLength;
  }

  attach(listener: StreamListener): void {
    this.listener = listener;
    this.socket.on('data', (chunk: Buffer) => listener.data(chunk));
    this.socket.on('error', (error) => {
      this.reason = error.message;
    });
    this.socket.on('close', () => {
      this.listener = undefined;
      listener.closed(this.reason);
    });
  }

  write(buffers: readonly Buffer[], written?: () => void): void {
    const done = written === undefined ? this.written : () => this.release(written);
    const parts = buffers.length > 1 ? joinSmall(buffers) : buffers;
    let left = parts.length;
    if (left > 1) this.socket.cork();
    for (const part of parts) {
      left -= 1;
      if (left > 0) this.socket.write(part);
      else this.socket.write(part, done);
    }
    if (parts.length > 1) this.socket.uncork();
  }

  private release(written: () => void): void {
    written();
    this.written();
  }

  pause(): void {
    this.socket.pause();
  }
  resume(): void {
    this.socket.resume();
  }
  end(): void {
    this.socket.end();
  }
  destroy(): void {
    this.socket.destroy();
  }
}

/** @returns undefined when the socket is closed already: it has no addresses any more */
function streamOf(socket: Socket): ByteStream | undefined {
  const remote = parseHost(`${socket.remoteAddress}:${socket.remotePort}`);
  const local = parseHost(`${socket.localAddress}:${socket.localPort}`);
  return remote && local && new SocketStream(socket, remote, local);
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Accepts no more. Connections stay. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly onStream: (stream: ByteStream) => void;
  /** An error of the listening socket after it has been bound. */
  readonly onError: (error: Error) => void;
}

const BACKLOG = 1024;

/** @throws OperationFailed with reason `io` when the address cannot be bound */
export function listen({ host, port, onStream, onError }: ListenOptions): Promise<Listener> {
  const server: Server = createServer({ noDelay: true }, (socket) => {
    // A socket may fail before it is attached; without a listener that would end the process.
    socket.on('error', () => undefined);
    const stream = streamOf(socket);
    if (stream === undefined) socket.destroy();
    else onStream(stream);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new OperationFailed('io', `cannot listen on ${host}:${port}: ${cause.message}`, { cause })));
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.removeAllListeners('error');
      server.on('error', onError);
      const bound = server.address();
      resolve({
        host,
        port: bound !== null && typeof bound === 'object' ? bound.port : port,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Gives the attempt up. */
  readonly signal: AbortSignal;
}

/** @throws OperationFailed with reason `connection`, `timeout` or `closed` */
export function dial({ host, port, timeoutMs, clock, signal }: DialOptions): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const settle = () => {
      timer.cancel();
      signal.removeEventListener('abort', giveUp);
    };
    const fail = (error: OperationFailed) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const giveUp = () => fail(new OperationFailed('closed', `connecting to ${host}:${port} was given up`));
    signal.addEventListener('abort', giveUp);
    const timer = clock.after(timeoutMs, () =>
      fail(new OperationFailed('timeout', `connecting to ${host}:${port} took more than ${timeoutMs} ms`)),
    );
    socket.on('error', (cause) =>
      fail(new OperationFailed('connection', `cannot connect to ${host}:${port}: ${cause.message}`, { cause })),
    );
    socket.once('connect', () => {
      settle();
      const stream = streamOf(socket);
      if (stream) resolve(stream);
      else fail(new OperationFailed('connection', `cannot connect to ${host}:${port}: closed at once`));
    });
  });
}

export interface FetchOptions {
  readonly url: string;
  readonly timeoutMs: number;
  readonly sizeMax: number;
  readonly clock: Clock;
}

/**
 * The body of an HTTP resource as text; redirects are not followed.
 * @throws OperationFailed with reason `connection` or `timeout`
 */
export function fetchText({ url, timeoutMs, sizeMax, clock }: FetchOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? httpsGet : httpGet;
    const fail = (reason: 'connection' | 'timeout', message: string, cause?: unknown) => {
      timer.cancel();
      request.destroy();
      reject(new OperationFailed(reason, `${url}: ${message}`, { cause }));
    };
    const request = get(url, { agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      if (response.statusCode !== 200) return fail('connection', `answered with status ${response.statusCode}`);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > sizeMax) fail('connection', `answered with more than ${sizeMax} bytes`);
      });
      response.on('end', () => {
        timer.cancel();
        resolve(Buffer.concat(chunks).toString());
      });
      response.on('error', (error) => fail('connection', error.message, error));
    });
    request.on('error', (error) => fail('connection', error.message, error));
    const timer = clock.after(timeoutMs, () => fail('timeout', `no answer after ${timeoutMs} ms`));
  });
}
