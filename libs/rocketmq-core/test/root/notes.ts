import { readFileSync } from 'node:fs';

/**
 * What a writer notes in a file outside of the disk, the moment it knows it. A note is four doubles, little endian:
 *
 *     +0 kind   +8 life   +16 number   +24 queue offset of the first message
 */
export const NOTE_SIZE = 32;
export const NoteKind = { STARTING: 0, APPENDED: 1, REFUSED: 2, SAVED: 3 } as const;

export interface Note {
  readonly kind: number;
  readonly life: number;
  /** Of the step in its life, or of the save. */
  readonly number: number;
  readonly queueOffset: number;
}

/** @param size bytes that count */
export function readNotes(path: string, size: number): Note[] {
  const bytes = readFileSync(path).subarray(0, size);
  return Array.from({ length: Math.floor(bytes.length / NOTE_SIZE) }, (_, i) => {
    const [kind = 0, life = 0, number = 0, queueOffset = 0] = [0, 8, 16, 24].map((at) => bytes.readDoubleLE(i * NOTE_SIZE + at));
    return { kind, life, number, queueOffset };
  });
}
