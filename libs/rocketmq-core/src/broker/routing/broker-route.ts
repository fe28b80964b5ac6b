import type { Route } from '../../remoting/index.js';

/** What serves a command; docs/compat.md says why where nothing does, or only in part. */
export interface BrokerRoute extends Route {
  readonly unsupported?: string;
  readonly partial?: string;
}

export function partly(route: Route, partial: string): BrokerRoute {
  return { ...route, partial };
}
