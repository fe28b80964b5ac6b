import { posix } from 'node:path';
import { textOf, type Tree } from './tree.js';

/** What the Nest CLI passes, and what `schematics nest-rocketmq:… --orderly` may add. */
export interface SchematicOptions {
  readonly name?: string;
  /** Folder below the source root. */
  readonly path?: string;
  readonly sourceRoot?: string;
  /** No folder of its own. */
  readonly flat?: boolean;
  readonly spec?: boolean;
  readonly specFileSuffix?: string;
  /** The module stays as it is. */
  readonly skipImport?: boolean;
  /** `--type` of `nest g`: a class with `@Injectable` (default) or with `@Controller`. */
  readonly type?: 'provider' | 'controller';
  readonly orderly?: boolean;
}

/** What is generated, and where. */
export interface Target {
  /** `order-placed`: of files, and to begin with of topic and group. */
  readonly kebab: string;
  /** `OrderPlaced`. */
  readonly pascal: string;
  readonly folder: string;
  readonly specSuffix: string;
  /** Ends relative imports: `.js` where the project consists of ES modules. */
  readonly extension: string;
}

const kebabOf = (text: string): string =>
  text
    .trim()
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/[\s_]+/g, '-')
    .toLowerCase();

const pascalOf = (kebab: string): string =>
  kebab
    .split(/[-.]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

function isEsm(tree: Tree): boolean {
  if (!tree.exists('package.json')) return false;
  return (JSON.parse(textOf(tree, 'package.json')) as { readonly type?: string }).type === 'module';
}

/** @throws Error without a name that a class can have */
export function targetOf(tree: Tree, options: SchematicOptions): Target {
  const { name = '', path = '', sourceRoot = 'src', flat = false, specFileSuffix } = options;
  const kebab = kebabOf(posix.basename(name));
  if (!/^[a-z][a-z\d.-]*$/.test(kebab)) throw new Error(`"${name}" is no name for a listener`);
  const parent = posix.join('/', sourceRoot, kebabOf(path), kebabOf(posix.dirname(name)));
  return {
    kebab,
    pascal: pascalOf(kebab),
    folder: flat ? parent : posix.join(parent, kebab),
    specSuffix: kebabOf(specFileSuffix || 'spec'),
    extension: isEsm(tree) ? '.js' : '',
  };
}
