// Java lists 613 names in one enum. Behind the first sixteen they follow a rule: each release has a snapshot before it, the patch number runs
// to 9 (15 in 3.0), and it starts at 1 in 3.0 and in 3.3 to 3.9.

const FIRST = ['SNAPSHOT', 'ALPHA1', 'BETA1', 'BETA2', 'BETA3', 'BETA4', 'BETA5'];
const LATER_BETAS = [6, 7, 8, 9].flatMap((beta) => [`BETA${beta}_SNAPSHOT`, `BETA${beta}`]);

function releasesOf(major: number, minor: number): string[] {
  const from = major === 3 && (minor === 0 || minor > 2) ? 1 : 0;
  const to = major === 3 && minor === 0 ? 15 : 9;
  const names: string[] = [];
  for (let patch = from; patch <= to; patch += 1) names.push(`V${major}_${minor}_${patch}_SNAPSHOT`, `V${major}_${minor}_${patch}`);
  return names;
}

function allVersions(): string[] {
  const names = [...FIRST, ...LATER_BETAS, 'FINAL'].map((stage) => `V3_0_0_${stage}`);
  for (const major of [3, 4, 5]) {
    for (let minor = 0; minor <= 9; minor += 1) names.push(...releasesOf(major, minor));
  }
  return [...names, 'HIGHER_VERSION'];
}

const versions: readonly string[] = allVersions();
const ordinals: ReadonlyMap<string, number> = new Map(versions.map((name, ordinal) => [name, ordinal]));

/** The ordinal we announce: V5_3_3. As Java: MQVersion.CURRENT_VERSION. */
export const VERSION = 479;

/** Ordinals from which a peer behaves differently. */
export const VersionGate = {
  /** A name server reads a body in REGISTER_BROKER. */
  REGISTER_BODY: 37,
  /** The maxReconsumeTimes of CONSUMER_SEND_MSG_BACK is honoured. */
  MAX_RECONSUME_TIMES: 121,
  /** A consumer may subscribe by SQL92, judged by the broker's answer to HEART_BEAT. */
  SQL92: 232,
  /** A name server answers routes in standard JSON. */
  STANDARD_ROUTE: 401,
  /** A compressed registration carries static-topic mappings. */
  MAPPING_IN_REGISTRATION: 413,
  /** A broker delivers messages at times of their own. */
  TIMERS: 413,
  /** GO_AWAY is sent only to clients above this one. */
  GO_AWAY: 475,
} as const;

/** The name of an ordinal; ordinals that are not known yet are `HIGHER_VERSION`, as Java: MQVersion.getVersionDesc. */
export const versionName = (ordinal: number): string => versions[ordinal] ?? 'HIGHER_VERSION';

/** @returns undefined when there is no such version */
export const versionOrdinal = (name: string): number | undefined => ordinals.get(name);
