import { compileSql } from '../../src/filter/index.js';
import { SeededRandom } from '../../testing/index.js';
import { JavaFilters } from '../../testing/java-filters.js';
import { printSql, SqlSamples } from '../../testing/sql-samples.js';

const rounds = process.env.TEST_LONG ? 200_000 : 10_000;
const seed = Number(process.env.TEST_SEED ?? 1);
const BATCH = 500;

interface Case {
  readonly text: string;
  readonly properties: ReadonlyMap<string, string>;
}

function oursOf({ text, properties }: Case): { readonly value: string; readonly reason: string } {
  const compilation = compileSql(text);
  if (compilation.kind === 'refused') return { value: 'refused', reason: compilation.reason };
  return { value: String(compilation.filter.evaluate((name) => properties.get(name))), reason: '' };
}

describe.each(process.env.TEST_LONG ? ['5.5.0', '5.3.3'] : ['5.5.0'])(`SQL92 beside Apache %s, seed ${seed}`, (version) => {
  let java: JavaFilters;
  beforeAll(async () => {
    java = await JavaFilters.start(version);
  }, 240_000);
  afterAll(() => java.stop());

  async function inBatches(make: () => Case, compare: (one: Case, theirs: string) => void): Promise<void> {
    for (let done = 0; done < rounds; done += BATCH) {
      const cases = Array.from({ length: BATCH }, make);
      const answers = await Promise.all(cases.map(({ text, properties }) => java.evaluate(text, properties)));
      cases.forEach((one, i) => compare(one, answers[i] ?? ''));
    }
  }

  it('gives every random expression the value that Java gives it', async () => {
    const samples = new SqlSamples(new SeededRandom(seed));
    const seen = new Set<string>();
    await inBatches(
      () => ({ text: printSql(samples.expression()), properties: samples.properties() }),
      (one, theirs) => {
        seen.add(theirs);
        const ours = oursOf(one);
        if (ours.value !== theirs) expect({ ...one, ...ours }).toEqual({ ...one, ...ours, value: theirs });
      },
    );
    expect([...seen].sort()).toEqual(['failed', 'false', 'null', 'refused', 'true']);
  }, 600_000);

  // Java ignores what follows a complete expression; that is the one reason for which ours refuses what Java takes.
  it('accepts of random tokens what Java accepts as a whole', async () => {
    const samples = new SqlSamples(new SeededRandom(seed + 1));
    let accepted = 0;
    await inBatches(
      () => ({ text: samples.soup(), properties: samples.properties() }),
      (one, theirs) => {
        const ours = oursOf(one);
        if (ours.value !== 'refused') accepted += 1;
        const isRest = /^the end expected|^character|has no end/.test(ours.reason);
        if (ours.value !== theirs && !isRest) expect({ ...one, ...ours }).toEqual({ ...one, ...ours, value: theirs });
      },
    );
    expect(accepted).toBeGreaterThan(rounds / 100);
  }, 600_000);
});
