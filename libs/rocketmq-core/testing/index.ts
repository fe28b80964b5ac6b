export { eventually } from './eventually.js';
export { FakeClock } from './fake-clock.js';
export { freeListenPort } from './free-ports.js';
export { HttpEndpoint } from './http-endpoint.js';
export { crashPolicies, MemoryFileSystem, type CrashPolicy, type DiskOperation } from './memory-file-system.js';
export { ScriptedPeer, ScriptedServer } from './scripted-peer.js';
export { ScriptedProcess, type LogLine } from './scripted-process.js';
export { SeededRandom } from './seeded-random.js';
export { MemoryStream, streamPair } from './stream-pair.js';
