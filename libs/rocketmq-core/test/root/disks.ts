import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireRootMachine, run } from './system.js';

const MIB = 1024 * 1024;

/** A file system of its own, in a mount point that `Disks` cleans up. */
export class Disk {
  private isMounted = false;

  /** @param path the mount point */
  constructor(
    readonly path: string,
    private readonly source: readonly string[],
    private readonly options: string,
  ) {}

  /** @param more options of mount(8) */
  async mount(more?: string): Promise<void> {
    await run('mount', [...this.source, '-o', more === undefined ? this.options : `${this.options},${more}`, this.path].filter(Boolean));
    this.isMounted = true;
  }

  async unmount(): Promise<void> {
    await run('umount', [this.path]);
    this.isMounted = false;
  }

  /** Whatever still uses it: the loop device goes with its last user. */
  async letGo(): Promise<void> {
    if (this.isMounted) await this.unmount().catch(() => run('umount', ['-l', this.path]));
    this.isMounted = false;
  }
}

/** The disks of one suite and a temporary folder outside of them. */
export class Disks {
  private readonly disks: Disk[] = [];
  private named = 0;

  private constructor(readonly folder: string) {}

  /** Rejects where the machine has not what it takes. */
  static async make(): Promise<Disks> {
    await requireRootMachine();
    return new Disks(await mkdtemp(join(tmpdir(), 'rocketmq-root-')));
  }

  /** A new ext4 in a file, mounted through a loop device. */
  async ext4(sizeMiB: number): Promise<Disk> {
    const path = this.nextPath();
    const image = `${path}.img`;
    await writeFile(image, '');
    await truncate(image, sizeMiB * MIB);
    await run('mkfs.ext4', ['-q', '-F', '-m', '0', '-N', '4096', image]);
    return this.add(path, [image], 'loop');
  }

  tmpfs(sizeMiB: number): Disk {
    return this.add(this.nextPath(), ['-t', 'tmpfs', 'tmpfs'], `size=${sizeMiB}m`);
  }

  /** Unmounts the disk and removes its image. */
  async discard(disk: Disk): Promise<void> {
    await disk.letGo();
    await rm(`${disk.path}.img`, { force: true });
  }

  async dispose(): Promise<void> {
    for (const disk of this.disks) await disk.letGo();
    await rm(this.folder, { recursive: true });
  }

  // At once: several disks may be made at the same time.
  private nextPath(): string {
    this.named += 1;
    return join(this.folder, `disk-${this.named}`);
  }

  private add(path: string, source: readonly string[], options: string): Disk {
    mkdirSync(path);
    const disk = new Disk(path, source, options);
    this.disks.push(disk);
    return disk;
  }
}
