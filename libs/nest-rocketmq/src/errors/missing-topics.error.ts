const brand = Symbol.for('nest-rocketmq.missing-topics');

/** Topics that no name server knows, with `ensureTopics: 'check'`. */
export class MissingTopicsError extends Error {
  override readonly name = 'MissingTopicsError';
  readonly [brand] = true;
  constructor(
    readonly topics: readonly string[],
    connection: string,
  ) {
    super(`the cluster of connection ${connection} does not have ${topics.join(', ')}`);
  }
}

export function isMissingTopics(error: unknown): error is MissingTopicsError {
  return typeof error === 'object' && error !== null && brand in error;
}
