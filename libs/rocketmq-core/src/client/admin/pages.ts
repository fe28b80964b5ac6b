export interface PageRequest {
  /** Number of rows that are here already. */
  readonly sequence: number;
  readonly sizeMax: number;
  /** Data version of the page before, as JSON; empty for the first. */
  readonly version: string;
}

export interface Page<T> {
  readonly rows: ReadonlyMap<string, T>;
  readonly version: string;
  /** Undefined from a broker that does not page: everything was in this answer. */
  readonly total: number | undefined;
}

/** As Java: ClientConfig.maxPageSizeInGetMetadata. */
const PAGE_SIZE_MAX = 2000;
const RESTARTS_MAX = 10;

/** Fetches a table page by page, from the start again when it changes meanwhile. */
export async function everyPage<T>(fetch: (page: PageRequest) => Promise<Page<T>>): Promise<ReadonlyMap<string, T>> {
  let rows = new Map<string, T>();
  let version = '';
  let restarts = 0;
  for (;;) {
    const page = await fetch({ sequence: rows.size, sizeMax: PAGE_SIZE_MAX, version });
    if (page.total === undefined) return page.rows;
    if (version !== '' && page.version !== version && restarts < RESTARTS_MAX) {
      rows = new Map();
      version = '';
      restarts += 1;
      continue;
    }
    version = page.version;
    for (const [name, row] of page.rows) rows.set(name, row);
    if (page.rows.size === 0 || rows.size >= page.total) return rows;
  }
}
