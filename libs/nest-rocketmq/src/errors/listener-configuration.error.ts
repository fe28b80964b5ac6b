/** A listener lacks a setting, or has one that cannot be. Thrown at start, before anything is consumed. */
export class ListenerConfigurationError extends Error {
  override readonly name = 'ListenerConfigurationError';
}
