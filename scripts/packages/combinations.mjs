// The projects in which the contract specs run: lowest and newest release of each Nest that the libraries accept, as a project is set up there.
// Nest 12 with CommonJS and Jest is none: Jest loads no ES module by `require` on the versions of Node that the libraries accept from, and Nest 12 is one.

// What that release lacks: it does not use a transport that comes from a factory.
const lowest = { nest: '11.0.0', without: ['factory.spec.ts'] };

/** `node10`: the resolution that projects from before Nest 11.1 have, which knows no `exports`. */
export const combinations = [
  { ...lowest, form: 'commonjs', runner: 'jest', resolution: 'node10' },
  { nest: '^11', form: 'commonjs', runner: 'jest' },
  { nest: '^11', form: 'module', runner: 'vitest' },
  { nest: '12.0.1', form: 'module', runner: 'vitest' },
  { nest: '^12', form: 'module', runner: 'vitest' },
  { nest: '^12', form: 'module', runner: 'jest' },
];

/** The rest, for the long run. */
export const furtherCombinations = [
  { ...lowest, form: 'module', runner: 'vitest' },
  { ...lowest, form: 'module', runner: 'jest' },
  { nest: '^11', form: 'module', runner: 'jest' },
  { nest: '12.0.1', form: 'module', runner: 'jest' },
];

/** The runner that is not developed with. */
export const VITEST = '4.1.12';
