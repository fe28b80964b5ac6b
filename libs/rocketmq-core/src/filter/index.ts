export { BloomFilter, type BloomBits } from './bloom-filter.js';
export { compileSql, type SqlCompilation, type SqlFilter } from './sql-filter.js';
export { SqlFilterTable } from './sql-filter-table.js';
