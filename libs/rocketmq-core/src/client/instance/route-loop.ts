import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import type { RouteFinder } from './route-finder.js';

/** Refreshes every route in use. As Java: MQClientInstance.updateTopicRouteInfoFromNameServer, every pollNameServerInterval. */
export class RouteLoop {
  private readonly loop: Loop;

  constructor({ finder, ...options }: { finder: RouteFinder; clock: Clock; logger: Logger; periodMs: number }) {
    this.loop = new Loop({ ...options, name: 'route refresh', run: () => finder.refreshAll() });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }
}
