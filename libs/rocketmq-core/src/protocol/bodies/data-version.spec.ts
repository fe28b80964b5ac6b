import { compareDataVersions, initialDataVersion, nextDataVersion, sameDataVersion } from './data-version.js';

const version = (stateVersion: number, counter: number, timestamp: number) => ({ stateVersion, counter, timestamp });

describe('data version', () => {
  it('is ordered by state version, counter and timestamp', () => {
    const ascending = [version(0, 0, 9), version(0, 1, 0), version(0, 1, 1), version(1, 0, 0)];
    ascending.forEach((one, i) => {
      ascending.forEach((other, k) => expect(compareDataVersions(one, other)).toBe(Math.sign(i - k)));
    });
    expect(sameDataVersion(version(1, 2, 3), version(1, 2, 3))).toBe(true);
    expect(sameDataVersion(version(1, 2, 3), version(1, 2, 4))).toBe(false);
  });

  it('goes on after a change', () => {
    expect(nextDataVersion(initialDataVersion, 1000)).toEqual(version(0, 1, 1000));
    expect(nextDataVersion(version(1, 5, 0), 2000, 4)).toEqual(version(4, 6, 2000));
  });
});
