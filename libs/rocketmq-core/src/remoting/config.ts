import { defaultFrameLimits, type FrameLimits } from '../protocol/index.js';

/** Limits of one server or one client. Sizes in bytes, times in milliseconds. */
export interface RemotingLimits extends FrameLimits {
  /** Connections of a server; further ones are closed at once. */
  readonly connectionsMax: number;
  /** Bytes of requests of one connection that are being handled; above, it is not read. */
  readonly inputBytesMax: number;
  /** The same for all connections. */
  readonly inputBytesTotalMax: number;
  /** Requests of one connection that are being handled, held ones excepted; above, it is not read. */
  readonly requestsMax: number;
  /** Bytes that wait for the socket of one connection; above, nothing but short answers is added. */
  readonly outputBytesMax: number;
  /** The same for all connections. */
  readonly outputBytesTotalMax: number;
  /** Bytes that wait for the socket of an accepted connection from which on it is not read. */
  readonly outputPauseSize: number;
  /** Traffic that a connection may always have, however much the others use: nobody can starve it. */
  readonly fairShareSize: number;
  /** A connection without traffic in either direction for this long is closed. As Java: serverChannelMaxIdleTimeSeconds. */
  readonly idleMs: number;
  /** A frame that was begun must be complete after this long. */
  readonly frameTimeoutMs: number;
  readonly connectTimeoutMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const defaultLimits: RemotingLimits = {
  ...defaultFrameLimits,
  connectionsMax: 65_535,
  inputBytesMax: 32 * MIB,
  inputBytesTotalMax: 256 * MIB,
  requestsMax: 16_384,
  outputBytesMax: 64 * MIB,
  outputBytesTotalMax: 512 * MIB,
  outputPauseSize: 4 * MIB,
  fairShareSize: 256 * KIB,
  idleMs: 120_000,
  frameTimeoutMs: 120_000,
  connectTimeoutMs: 3000,
};
