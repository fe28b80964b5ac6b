import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { decodeFrame, type Frame, FrameSplitter } from '../src/protocol/index.js';

/** A TCP peer that says exactly what a test wants, bytes included. */
export class ScriptedPeer {
  private readonly frames: Frame[] = [];
  private readonly splitter = new FrameSplitter();
  private wake: (() => void) | undefined;
  private ended = false;
  /** Resolves when the connection is gone, whoever closed it. */
  readonly closed: Promise<void>;

  constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.splitter.push(chunk, (bytes) => this.frames.push(decodeFrame(bytes)));
      this.wake?.();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.ended = true;
        this.wake?.();
        resolve();
      });
    });
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<ScriptedPeer> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    return new ScriptedPeer(socket);
  }

  /** Resolves when the operating system has taken the bytes. */
  send(...parts: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve) => this.socket.write(Buffer.concat(parts), () => resolve()));
  }

  /** The next frame that arrived. @throws Error when the connection closes first */
  async receive(): Promise<Frame> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame) return frame;
      if (this.ended) throw new Error('the connection was closed while a frame was expected');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Frames that nobody has received yet. */
  get waiting(): number {
    return this.frames.length;
  }

  /** Reads nothing from now on. */
  stopReading(): void {
    this.socket.pause();
  }
  resumeReading(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.destroy();
  }

  /** Ends the connection without a farewell, as a process that is killed does. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** Accepts connections for scripts. */
export class ScriptedServer {
  private readonly accepted: ScriptedPeer[] = [];
  private wake: (() => void) | undefined;
  count = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  static async listen(port = 0): Promise<ScriptedServer> {
    const server = createServer({ noDelay: true });
    server.listen({ host: '127.0.0.1', port });
    await once(server, 'listening');
    const bound = server.address();
    const scripted = new ScriptedServer(server, bound !== null && typeof bound === 'object' ? bound.port : port);
    server.on('connection', (socket) => {
      scripted.count += 1;
      scripted.accepted.push(new ScriptedPeer(socket));
      scripted.all.add(socket);
      scripted.wake?.();
    });
    return scripted;
  }

  private readonly all = new Set<Socket>();

  /** The next connection. */
  async accept(): Promise<ScriptedPeer> {
    for (;;) {
      const peer = this.accepted.shift();
      if (peer) return peer;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async close(): Promise<void> {
    for (const socket of this.all) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
