// What this machine can do at best, measured with the calls that the store makes too.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MIB = 1024 * 1024;
const datasync = promisify(fs.fdatasync);

function withFile(folder, work) {
  const path = join(folder, 'raw');
  const fd = fs.openSync(path, 'w+');
  const end = () => {
    fs.closeSync(fd);
    fs.unlinkSync(path);
  };
  return work(fd, path).finally(end);
}

/** As `dd bs=1M`: bytes per second into the page cache. */
export function sequentialWrite(folder, { bytes = 512 * MIB } = {}) {
  return withFile(folder, async (fd) => {
    const block = Buffer.alloc(MIB, 'x');
    const start = performance.now();
    for (let at = 0; at < bytes; at += MIB) fs.writeSync(fd, block, 0, MIB, at);
    return (bytes / (performance.now() - start)) * 1000;
  });
}

/** As `dd bs=1M`: bytes per second out of a file. */
export function sequentialRead(paths) {
  const block = Buffer.alloc(MIB);
  let bytes = 0;
  const start = performance.now();
  for (const path of paths) {
    const fd = fs.openSync(path, 'r');
    for (let read = 1; read > 0; bytes += read) read = fs.readSync(fd, block, 0, MIB, null);
    fs.closeSync(fd);
  }
  return (bytes / (performance.now() - start)) * 1000;
}

/** Records per second, and how many, when each is copied once and each batch goes to the system with one call. */
export function copyAndWrite(folder, { recordSize, batch, seconds }) {
  return withFile(folder, async (fd) => {
    const size = Math.round(recordSize);
    const record = Buffer.alloc(size, 'x');
    const bytes = Buffer.alloc(size * batch);
    const start = performance.now();
    const until = start + seconds * 1000;
    let count = 0;
    for (let at = 0; performance.now() < until; at += bytes.length) {
      for (let i = 0; i < batch; i += 1) record.copy(bytes, i * size);
      fs.writeSync(fd, bytes, 0, bytes.length, at);
      count += batch;
    }
    return { count, rate: (count / (performance.now() - start)) * 1000 };
  });
}

/** Records per second, and how many, when each batch is written and synced in a file whose blocks are there. */
export function syncRate(folder, { recordSize, batch, seconds }) {
  return withFile(folder, async (fd) => {
    const bytes = Buffer.alloc(Math.round(recordSize) * batch, 'x');
    const room = 64 * MIB;
    fs.writeSync(fd, Buffer.alloc(room), 0, room, 0);
    await datasync(fd);
    const start = performance.now();
    const until = start + seconds * 1000;
    let count = 0;
    for (let at = 0; performance.now() < until; at = at + 2 * bytes.length > room ? 0 : at + bytes.length) {
      fs.writeSync(fd, bytes, 0, bytes.length, at);
      await datasync(fd);
      count += batch;
    }
    return { count, rate: (count / (performance.now() - start)) * 1000 };
  });
}
