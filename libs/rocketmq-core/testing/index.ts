export { FakeClock } from './fake-clock.js';
export { ScriptedPeer, ScriptedServer } from './scripted-peer.js';
export { SeededRandom } from './seeded-random.js';
export { MemoryStream, streamPair } from './stream-pair.js';
