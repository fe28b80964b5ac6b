/** What is needed of the Tree of @angular-devkit/schematics. The Nest CLI brings that package; nothing of it is imported here. */
export interface Tree {
  exists(path: string): boolean;
  read(path: string): Buffer | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
  /** A folder that is not there has no files. */
  getDir(path: string): { readonly subfiles: readonly string[] };
}

export type Rule = (tree: Tree) => Tree;

export const textOf = (tree: Tree, path: string): string => tree.read(path)?.toString('utf8') ?? '';
