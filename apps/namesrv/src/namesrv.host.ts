import type { NameServer, NameServerFigures } from 'rocketmq-core/namesrv';

/** The name server as the management endpoints see it. */
export class NamesrvHost {
  private phase: 'starting' | 'ready' | 'stopping' = 'starting';

  constructor(private readonly server: NameServer) {}

  get state(): 'starting' | 'ready' | 'stopping' {
    return this.phase;
  }

  get address(): string {
    return this.server.address;
  }

  figures(): NameServerFigures {
    return this.server.figures();
  }

  async start(): Promise<void> {
    await this.server.start();
    this.phase = 'ready';
  }

  stop(deadlineMs: number): Promise<void> {
    this.phase = 'stopping';
    return this.server.stop(deadlineMs);
  }
}
