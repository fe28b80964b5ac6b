// The package ships no types.
declare module 'fs-native-extensions' {
  /** Takes an open-file-description lock on a byte range. @returns false when another holds it */
  export function tryLock(fd: number, offset: number, length: number, options?: { shared?: boolean }): boolean;
}
