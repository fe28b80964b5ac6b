export { FakeClock } from './fake-clock.js';
export { SeededRandom } from './seeded-random.js';
