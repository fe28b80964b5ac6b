import { JsonFile, NodeFileSystem } from '../../src/runtime/index.js';
import { NoteKind, type Note } from './notes.js';
import type { LastNotes } from './writer.js';

interface Saved {
  readonly life: number;
  readonly number: number;
}

const newer = (a: Saved, b: Saved) => a.life > b.life || (a.life === b.life && a.number > b.number);

/** Whether a configuration file that was saved while the power went is one of those that it may be. */
export class SavedNumbers {
  private promised: Saved = { life: 0, number: 0 };
  acknowledged = 0;

  add({ kept }: LastNotes): void {
    const saves = kept.filter(({ kind }: Note) => kind === NoteKind.SAVED);
    this.acknowledged += saves.length;
    for (const save of saves) if (newer(save, this.promised)) this.promised = save;
  }

  /** @returns what is wrong */
  check(folder: string): string[] {
    const { promised } = this;
    const parse = (text: string) => JSON.parse(text) as Saved & { filler: string };
    let saved: (Saved & { filler: string }) | undefined;
    try {
      saved = new JsonFile({ files: new NodeFileSystem(), path: `${folder}/config/numbers.json`, parse }).load();
    } catch (error) {
      return [String(error)];
    }
    const { life, number, filler } = saved ?? { life: 0, number: 0, filler: '' };
    if (newer(promised, { life, number })) {
      return [`the file has save ${life}/${number}, but ${promised.life}/${promised.number} was promised`];
    }
    return filler.length === (number * 997) % 9000 ? [] : [`save ${life}/${number} is not whole`];
  }
}
