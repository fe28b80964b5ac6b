import type { JavaConf } from '../../../testing/java-cluster.js';
import { apacheServers, type ClusterKind, isLong, servers } from '../clusters.js';
import { everyPair, type Pair, type Scenario } from './frame.js';
import { patienceMs } from './short-settings.js';
import { Stage } from './world.js';

interface ScenarioSuite {
  /** The name of the broker follows. */
  readonly title: string;
  readonly features: readonly (readonly [string, readonly Scenario[]])[];
  /** Keys of broker.conf in addition to the short settings. */
  readonly conf?: JavaConf;
}

const targets: readonly ClusterKind[] = [
  ...servers.filter(({ isOurs }) => isOurs),
  ...apacheServers.filter(({ title }) => title === 'Apache 5.5.0' || (isLong && title === 'Apache 5.3.3')),
];

const timeoutMs = 3 * patienceMs;

interface Run {
  readonly title: string;
  readonly scenario: Scenario;
  readonly pair: Pair;
}

const titleOf = (feature: string, { name }: Scenario, { from, to }: Pair): string =>
  `${feature}: ${name} (${from === to ? from : `${from} to ${to}`})`;

/** Apache's broker with Apache's client alone shows that what is expected is true; that is enough in the long sets. */
const hasOurs = ({ from, to }: Pair): boolean => from === 'ours' || to === 'ours';

const runsOf = ({ features }: ScenarioSuite, target: ClusterKind): readonly Run[] =>
  features.flatMap(([feature, scenarios]) =>
    scenarios
      .filter((scenario) => isLong || scenario.isLong !== true)
      .filter((scenario) => scenario.targets?.includes(target.isOurs ? 'ours' : 'apache') ?? true)
      .flatMap((scenario) => {
        const pairs = (scenario.pairs ?? everyPair).filter((pair) => isLong || target.isOurs || hasOurs(pair));
        return pairs.map((pair) => ({ title: titleOf(feature, scenario, pair), scenario, pair }));
      }),
  );

/** Plays every scenario against one broker of each kind. */
export function describeScenarios(suite: ScenarioSuite): void {
  describe.each(targets)(`${suite.title} $title`, (target) => {
    let stage: Stage;

    beforeAll(async () => {
      stage = await Stage.start(target, target.isOurs ? '5.5.0' : target.title.replace('Apache ', ''), suite.conf);
    }, 240_000);

    afterAll(() => stage.stop(), 240_000);

    const runs = runsOf(suite, target);
    const alone = runs.filter(({ scenario }) => scenario.isAlone === true);
    const restarting = runs.filter(({ scenario }) => scenario.restarts === true);
    const beside = runs.filter((run) => !alone.includes(run) && !restarting.includes(run));
    for (const { title, scenario, pair } of beside) it.concurrent(title, () => stage.run(scenario, pair), timeoutMs);
    describe('over a restart', () => {
      for (const { title, scenario, pair } of restarting) it.concurrent(title, () => stage.run(scenario, pair), timeoutMs);
    });
    for (const { title, scenario, pair } of alone) it(title, () => stage.run(scenario, pair), timeoutMs);
  });
}
