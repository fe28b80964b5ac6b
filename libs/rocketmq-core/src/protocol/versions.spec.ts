import { VERSION, versionName, versionOrdinal } from './versions.js';

describe('versions', () => {
  // Ordinals of Java's enum, at the places where its rule of names changes and at the releases that matter.
  it.each([
    [0, 'V3_0_0_SNAPSHOT'],
    [6, 'V3_0_0_BETA5'],
    [7, 'V3_0_0_BETA6_SNAPSHOT'],
    [15, 'V3_0_0_FINAL'],
    [16, 'V3_0_1_SNAPSHOT'],
    [37, 'V3_0_11'],
    [45, 'V3_0_15'],
    [46, 'V3_1_0_SNAPSHOT'],
    [121, 'V3_4_9'],
    [232, 'V4_1_0_SNAPSHOT'],
    [401, 'V4_9_4'],
    [409, 'V4_9_8'],
    [413, 'V5_0_0'],
    [475, 'V5_3_1'],
    [479, 'V5_3_3'],
    [513, 'V5_5_0'],
    [611, 'V5_9_9'],
    [612, 'HIGHER_VERSION'],
  ])('names %d as %s', (ordinal, name) => {
    expect(versionName(ordinal)).toBe(name);
    expect(versionOrdinal(name)).toBe(ordinal);
  });

  it('takes ordinals outside of its list for a later version', () => {
    expect([613, 32767, -1].map(versionName)).toEqual(['HIGHER_VERSION', 'HIGHER_VERSION', 'HIGHER_VERSION']);
    expect(versionOrdinal('V9_0_0')).toBeUndefined();
  });

  it('announces 5.3.3', () => {
    expect(versionName(VERSION)).toBe('V5_3_3');
  });
});
