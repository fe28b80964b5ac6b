// What tools/capture-golden saved of the Java classes.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Release = '5.5.0' | '5.3.3';

const root = fileURLToPath(new URL('golden/', import.meta.url));

export const goldenBytes = (release: Release, name: string): Buffer => readFileSync(`${root}${release}/${name}`);

/** The rows of an index file. Of 5.3.3 there are only those that differ. */
export const goldenRows = <T>(release: Release, name: string): T[] => JSON.parse(goldenBytes(release, name).toString()) as T[];

/** File names below a folder, with their path in it. */
export const goldenFiles = (release: Release, folder: string): string[] =>
  readdirSync(`${root}${release}/${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(`${root}${release}/${folder}/`.length))
    .sort();

export const fromHex = (hex: string): Buffer => Buffer.from(hex, 'hex');
