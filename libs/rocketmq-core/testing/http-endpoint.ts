import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** An HTTP server that gives the replies it was told to, status 500 when there is none left. */
export class HttpEndpoint {
  readonly replies: [status: number, body: string][] = [];
  /** Paths that were asked for. */
  readonly asked: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async listen(): Promise<HttpEndpoint> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const endpoint = new HttpEndpoint(server, `http://127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}`);
    server.on('request', (request, response) => {
      endpoint.asked.push(request.url ?? '');
      const [status, body] = endpoint.replies.shift() ?? [500, ''];
      response.writeHead(status).end(body);
    });
    return endpoint;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
