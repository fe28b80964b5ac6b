import { long } from './body-kinds.js';
import { always, defineBody, type BodyOf } from './define-body.js';

/** The version of a table. As Java: DataVersion. */
export const DataVersion = defineBody('DataVersion', {
  counter: always(long, 0),
  stateVersion: always(long, 0),
  timestamp: always(long, 0),
});
export type DataVersion = BodyOf<typeof DataVersion>;
export const { encode: encodeDataVersion, decode: decodeDataVersion } = DataVersion;

export const initialDataVersion: DataVersion = { counter: 0, stateVersion: 0, timestamp: 0 };

/** The version after a change at `nowMs`. */
export function nextDataVersion(version: DataVersion, nowMs: number, stateVersion = 0): DataVersion {
  return { counter: version.counter + 1, stateVersion, timestamp: nowMs };
}

/** @returns negative, 0 or positive: by state version, then counter, then timestamp */
export function compareDataVersions(one: DataVersion, other: DataVersion): number {
  return (
    Math.sign(one.stateVersion - other.stateVersion) || Math.sign(one.counter - other.counter) || Math.sign(one.timestamp - other.timestamp)
  );
}

export function sameDataVersion(one: DataVersion, other: DataVersion): boolean {
  return compareDataVersions(one, other) === 0;
}
