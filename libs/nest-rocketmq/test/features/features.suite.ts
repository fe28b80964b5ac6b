import { everydayFeatures } from './everyday.suite.js';
import { FeatureWorld, type FeatureCluster } from './feature-world.js';
import { handlingFeatures } from './handling.suite.js';
import { runningFeatures } from './running.suite.js';
import { sendingFeatures } from './sending.suite.js';

/** Runs the example of every feature on a cluster; `more` are those that need other servers, too. */
export function describeFeatures(
  title: string,
  startCluster: () => Promise<FeatureCluster>,
  more: (world: () => FeatureWorld) => void = () => undefined,
): void {
  describe(`Nest applications on ${title}`, () => {
    let started: FeatureWorld | undefined;
    const world = (): FeatureWorld => {
      if (started === undefined) throw new Error('the cluster did not start');
      return started;
    };

    beforeAll(async () => {
      started = await FeatureWorld.start(startCluster);
    }, 240_000);
    afterAll(() => started?.stop(), 60_000);

    describe('every day', () => everydayFeatures(world));
    describe('that send', () => sendingFeatures(world));
    describe('with handlers', () => handlingFeatures(world));
    describe('that start, run and end', () => runningFeatures(world));
    more(world);
  });
}
