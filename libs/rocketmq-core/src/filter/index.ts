export { BloomFilter, type BloomBits } from './bloom-filter.js';
export { type PropertyLookup } from './sql-evaluate.js';
export { compileSql, type SqlCompilation, type SqlFilter } from './sql-filter.js';
export { SqlFilterTable } from './sql-filter-table.js';
export { sqlLimits } from './sql-limits.js';
