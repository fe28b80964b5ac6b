import { compileSql, SqlFilterTable } from '../../filter/index.js';
import { printProperties } from '../../protocol/index.js';
import { FilterTable } from './filter-table.js';
import { isJudgedByOrigin, retryFilter, sqlFilter } from './message-filter.js';

const text = (properties: Readonly<Record<string, string>>) => printProperties(new Map(Object.entries(properties)));

describe('sqlFilter', () => {
  it('looks at the properties alone', () => {
    const compilation = compileSql('a = 1');
    if (compilation.kind === 'refused') throw new Error(compilation.reason);
    const { matches, matchesProperties } = sqlFilter(compilation.filter);
    expect([matches, matchesProperties?.(text({ a: '1' })), matchesProperties?.(text({ a: '2' }))]).toEqual([undefined, true, false]);
  });
});

describe('retryFilter', () => {
  const settings = { maxErrorRateOfBloomFilter: 20, expectConsumerNumUseFilter: 32, filterDataCleanTimeSpan: 1 };
  const filters = new FilterTable({ expressions: new SqlFilterTable(), now: () => 1, settings });
  const common = { expressionType: 'SQL92', subVersion: 1, tagsSet: [], codeSet: [], classFilterMode: false };
  filters.register('G', [{ ...common, topic: 'T', subString: 'a = 1' }]);
  const wants = retryFilter('%RETRY%G', filters).matchesProperties;

  it.each([
    ['one that its origin wants', { RETRY_TOPIC: 'T', a: '1' }, true],
    ['one that its origin does not want', { RETRY_TOPIC: 'T', a: '2' }, false],
    ['one of a topic that the group does not filter', { RETRY_TOPIC: 'U', a: '2' }, true],
    ['one that says nothing of its origin', { a: '2' }, true],
  ])('judges %s', (_, properties, expected) => expect(wants?.(text(properties))).toBe(expected));
});

describe('isJudgedByOrigin', () => {
  it.each([
    ['%RETRY%G', true, true],
    ['%RETRY%G', false, false],
    ['T', true, false],
  ])('%s with filterSupportRetry=%s', (topic, setting, expected) => expect(isJudgedByOrigin(topic, setting)).toBe(expected));
});
