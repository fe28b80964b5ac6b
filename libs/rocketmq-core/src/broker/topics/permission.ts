/** Bits of a topic's or a broker's permission. As Java: PermName. */
export const Permission = { PRIORITY: 8, READ: 4, WRITE: 2, INHERIT: 1 } as const;

export const isReadable = (perm: number): boolean => (perm & Permission.READ) !== 0;
export const isWriteable = (perm: number): boolean => (perm & Permission.WRITE) !== 0;
export const isInherited = (perm: number): boolean => (perm & Permission.INHERIT) !== 0;
