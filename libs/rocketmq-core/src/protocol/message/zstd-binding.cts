/** What the binding has. Lengths in bytes. */
interface ZstdBinding {
  compress(data: Buffer, level: number): Buffer;
  /** Refuses what would become as large as `sizeMax` or larger. */
  decompress(data: Buffer, sizeMax: number): Buffer;
  readonly Decompressor: new () => ZstdDecompressor;
}

interface ZstdDecompressor {
  data(data: Buffer, keep: (part: Buffer) => void): void;
  end(keep: (part: Buffer) => void): void;
}

// The entries of the package are ES modules, which Jest does not load by `require` on Node 20; and its public `decompress` has no limit. This file is
// CommonJS in both builds and takes the binding below them, the way the package does it.
const manifest = require.resolve('@cloudpss/zstd/package.json');
// eslint-disable-next-line @typescript-eslint/no-require-imports -- its loader is found from its own folder
const load = require(require.resolve('node-gyp-build', { paths: [manifest] })) as (folder: string) => ZstdBinding;

export const zstd = load(manifest.slice(0, -'/package.json'.length));
