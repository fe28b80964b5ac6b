import { posix } from 'node:path';
import { textOf, type Tree } from './tree.js';

export interface Declaration {
  readonly className: string;
  /** Path of the file without its extension. */
  readonly file: string;
  /** Ends the import. */
  readonly extension: string;
  readonly list: 'providers' | 'controllers';
}

/** The nearest module at or above the folder. */
function moduleAbove(tree: Tree, folder: string): string | undefined {
  for (let at = folder; ; at = posix.dirname(at)) {
    const found = tree.getDir(at).subfiles.find((name) => name.endsWith('.module.ts'));
    if (found !== undefined) return posix.join(at, found);
    if (at === '/') return undefined;
  }
}

function closingAt(source: string, openAt: number): number {
  let depth = 0;
  for (let at = openAt; at < source.length; at += 1) {
    if (source[at] === '[') depth += 1;
    if (source[at] === ']') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function inList(source: string, className: string, list: Declaration['list']): string | undefined {
  const moduleAt = source.search(/@Module\(\s*\{/);
  if (moduleAt < 0) return undefined;
  const found = new RegExp(`\\b${list}\\s*:\\s*\\[`).exec(source.slice(moduleAt));
  if (found === null)
    return source.replace(/(@Module\(\s*\{)([^\S\n]*\n)?/, (_all, head: string) => `${head}\n  ${list}: [${className}],\n`);
  const openAt = moduleAt + found.index + found[0].length - 1;
  const closeAt = closingAt(source, openAt);
  if (closeAt < 0) return undefined;
  const inside = source.slice(openAt + 1, closeAt);
  const before = inside.trimEnd().replace(/,$/, '');
  const added = inside.includes('\n') ? `${before},\n    ${className},\n  ` : before === '' ? className : `${before}, ${className}`;
  return source.slice(0, openAt + 1) + added + source.slice(closeAt);
}

function withImport(source: string, line: string): string {
  const imports = [...source.matchAll(/^import[\s\S]*?;[^\S\n]*$/gm)];
  const last = imports.at(-1);
  if (last === undefined) return `${line}\n\n${source}`;
  const end = last.index + last[0].length;
  return `${source.slice(0, end)}\n${line}${source.slice(end)}`;
}

/** Adds the class to the module that its folder belongs to. Where there is none, or none that can be read, the class is left to be added by hand. */
export function declareInModule(tree: Tree, folder: string, { className, file, extension, list }: Declaration): void {
  const path = moduleAbove(tree, folder);
  if (path === undefined) return;
  const source = textOf(tree, path);
  if (source.includes(className)) return;
  const listed = inList(source, className, list);
  if (listed === undefined) return;
  const relative = posix.relative(posix.dirname(path), file);
  const from = `${relative.startsWith('.') ? relative : `./${relative}`}${extension}`;
  tree.overwrite(path, withImport(listed, `import { ${className} } from '${from}';`));
}
