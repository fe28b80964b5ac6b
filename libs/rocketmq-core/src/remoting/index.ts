export { bindProblem, isLoopback, type BindSettings } from './bind-policy.js';
export type { ByteStream, StreamListener } from './byte-stream.js';
export { defaultIdentity, type Identity } from './calls.js';
export { RemotingClient, type RemotingClientOptions } from './client.js';
export { defaultLimits, type RemotingLimits } from './config.js';
export type { ClientHook, OutgoingCall, ServerHook } from './hooks.js';
export { apacheLaneCapacities, Lanes, type LaneFigures } from './lanes.js';
export { route, type Answer, type CallOptions, type Handler, type Peer, type Reply, type Request, type Route } from './ports.js';
export { RemotingServer, type RemotingServerOptions } from './server.js';
