export { bindProblem, isLoopback } from './bind-policy.js';
export type { ByteStream, StreamListener } from './byte-stream.js';
export { RemotingClient } from './client.js';
export type { RemotingLimits } from './config.js';
export { apacheLaneCapacities, Lanes, type LaneFigures, type LaneRules } from './lanes.js';
export { LaterReply } from './later-reply.js';
export { NameServers, nameServerSource, type NameServerSource } from './name-servers.js';
export { route, type Answer, type CallOptions, type Handler, type Peer, type Reply, type Request, type Route } from './ports.js';
export { RemotingServer } from './server.js';
