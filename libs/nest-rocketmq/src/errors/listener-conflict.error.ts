/** Two listeners of one group contradict each other. Thrown at start, before anything is consumed. */
export class ListenerConflictError extends Error {
  override readonly name = 'ListenerConflictError';
}
