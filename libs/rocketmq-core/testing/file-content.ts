// That of a sector: the disks of the tests hold small files.
const PAGE = 512;

/** The bytes of a sparse file. Pages are never changed in place, so a clone costs no copy of them. */
export class FileContent {
  private pages = new Map<number, Buffer>();
  size = 0;

  /** Bytes of the pages that were written. */
  get allocated(): number {
    return this.pages.size * PAGE;
  }

  clone(): FileContent {
    const copy = new FileContent();
    copy.pages = new Map(this.pages);
    copy.size = this.size;
    return copy;
  }

  /** Fewer bytes than asked for at the end. */
  read(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.size - position)));
    this.eachPage(position, bytes.length, (page, within, at, size) => {
      this.pages.get(page)?.copy(bytes, at, within, within + size);
    });
    return bytes;
  }

  write(bytes: Buffer, position: number): void {
    this.eachPage(position, bytes.length, (page, within, at, size) => {
      const changed = this.changedPage(page, size);
      bytes.copy(changed, within, at, at + size);
      this.pages.set(page, changed);
    });
    this.size = Math.max(this.size, position + bytes.length);
  }

  truncate(length: number): void {
    if (length < this.size) {
      for (const page of this.pages.keys()) if (page * PAGE >= length) this.pages.delete(page);
      const last = this.pages.get(Math.floor(length / PAGE));
      if (last !== undefined) this.pages.set(Math.floor(length / PAGE), Buffer.concat([last.subarray(0, length % PAGE)], PAGE));
    }
    this.size = length;
  }

  /** A new page with the old bytes; all of them are written over when the size is that of a page. */
  private changedPage(page: number, size: number): Buffer {
    // From the pool: a buffer of its own for each write costs more than all else here.
    const changed = Buffer.allocUnsafe(PAGE);
    const old = this.pages.get(page);
    if (size < PAGE && old === undefined) changed.fill(0);
    else if (size < PAGE) old?.copy(changed);
    return changed;
  }

  private eachPage(position: number, length: number, visit: (page: number, within: number, at: number, size: number) => void): void {
    for (let at = 0; at < length;) {
      const within = (position + at) % PAGE;
      const size = Math.min(PAGE - within, length - at);
      visit(Math.floor((position + at) / PAGE), within, at, size);
      at += size;
    }
  }
}
