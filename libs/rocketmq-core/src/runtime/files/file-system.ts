/**
 * The door to the disk. Methods that end in `Sync` are for the single writer and for reads of data that is in the page cache; all others leave
 * the event loop free. Every method throws OperationFailed with reason `io` (and the system error as cause) when the system refuses.
 */
export interface FileHandle {
  readonly path: string;
  /** Writes all of `bytes` at `position`; a short write is continued. */
  writeSync(bytes: Uint8Array, position: number): void;
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** @returns the number of bytes read; less than `length` only at the end of the file */
  readSync(target: Uint8Array, targetOffset: number, length: number, position: number): number;
  read(target: Uint8Array, targetOffset: number, length: number, position: number): Promise<number>;
  /** fdatasync: what was written before the call is durable when it resolves. */
  datasync(): Promise<void>;
  datasyncSync(): void;
  sizeSync(): number;
  /** Sets the length; growth is sparse. */
  truncateSync(length: number): void;
  /** An exclusive lock on byte 0 that Java's FileLock sees and that dies with the handle or the process. @returns false when another holds it */
  tryLock(): Promise<boolean>;
  /** Idempotent. A datasync, read or write that is under way ends first. */
  closeSync(): void;
}

export interface FileStatus {
  readonly size: number;
  /** Bytes that it takes on the disk: fewer than `size` when it is sparse. */
  readonly allocated: number;
  readonly modifiedMs: number;
  readonly isDirectory: boolean;
}

export interface FileSystem {
  /** The folder that a path lies in, by the separators of this system. */
  folderOf(path: string): string;
  /** `create` makes the file when it is missing and never shortens it. */
  openSync(path: string, mode: 'read' | 'write' | 'create'): FileHandle;
  existsSync(path: string): boolean;
  statSync(path: string): FileStatus | undefined;
  /** Names in the folder, sorted; empty when there is no such folder. */
  listSync(folder: string): string[];
  /** Makes the folder and those above it; one that exists is fine. */
  makeFolderSync(folder: string): void;
  /** @returns undefined when there is no such file */
  readFileSync(path: string): Buffer | undefined;
  /** Replaces `to` when it exists. */
  renameSync(from: string, to: string): void;
  /** A file that is not there is fine. */
  removeSync(path: string): void;
  remove(path: string): Promise<void>;
  /** Removes the folder with everything in it; one that is not there is fine. */
  removeFolderSync(folder: string): void;
  /** Makes creations, renames and removals in the folder durable. Does nothing where the system cannot sync a folder. */
  syncFolderSync(folder: string): void;
  syncFolder(folder: string): Promise<void>;
  /** Space of the file system that holds `folder`, in bytes: what is in use and what may still be used, without what is set aside for root. */
  spaceSync(folder: string): { readonly total: number; readonly free: number };
}
