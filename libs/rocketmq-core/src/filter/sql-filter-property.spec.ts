import { simpleSql } from '../../testing/simple-sql.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import { printSql, SqlSamples } from '../../testing/sql-samples.js';
import { printProperties } from '../protocol/index.js';
import { compileSql } from './sql-filter.js';

const rounds = process.env.TEST_LONG ? 1_000_000 : 10_000;
const seed = Number(process.env.TEST_SEED ?? 1);

describe(`SQL92 beside a second evaluator, seed ${seed}`, () => {
  it('agrees on what is accepted and on every value', () => {
    const samples = new SqlSamples(new SeededRandom(seed));
    const seen = new Map<unknown, number>();
    for (let round = 0; round < rounds; round += 1) {
      const sample = samples.expression();
      const properties = samples.properties();
      const text = printSql(sample);
      const compilation = compileSql(text);
      const ours = compilation.kind === 'refused' ? 'refused' : compilation.filter.evaluate((name) => properties.get(name));
      const expected = simpleSql(sample, properties);
      if (ours !== expected) expect({ text, properties, ours }).toEqual({ text, properties, ours: expected });
      if (compilation.kind === 'compiled' && compilation.filter.matches(printProperties(properties)) !== (expected === true))
        throw new Error(`${text} matches the property text of ${JSON.stringify([...properties])} in another way`);
      seen.set(ours, (seen.get(ours) ?? 0) + 1);
    }
    // A sample that is always refused would agree, too.
    for (const value of [true, false, null, 'failed', 'refused']) expect(seen.get(value) ?? 0).toBeGreaterThan(rounds / 100);
  });
});
