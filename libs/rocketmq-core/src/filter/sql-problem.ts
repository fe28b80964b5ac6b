/** Why an expression is refused. Stays inside this layer: callers get a value. */
export class SqlProblem extends Error {}
