/** Something in a store that does not fit the rest of it. */
export interface Finding {
  readonly file: string;
  /** Byte position inside `file`. */
  readonly offset: number;
  readonly problem: string;
}

export type Report = (file: string, offset: number, problem: string) => void;
