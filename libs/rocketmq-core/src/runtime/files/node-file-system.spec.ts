import { describeFileSystem } from '../../../testing/suites/file-system.suite.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { NodeFileSystem } from './node-file-system.js';

describe('NodeFileSystem on Windows', () => {
  const windows = new NodeFileSystem('win32');

  it('takes paths apart at either separator', () => {
    expect(windows.folderOf('C:\\Users\\me\\.rocketmq_offsets\\G\\offsets.json')).toBe('C:\\Users\\me\\.rocketmq_offsets\\G');
    expect(windows.folderOf('C:/store/config/topics.json')).toBe('C:/store/config');
    expect(new NodeFileSystem('linux').folderOf('/store/a\\b')).toBe('/store');
    expect(new NodeFileSystem('linux').folderOf('topics.json')).toBe('.');
  });

  it('opens no folder to sync it', async () => {
    windows.syncFolderSync('/no/such/folder');
    await windows.syncFolder('/no/such/folder');
    const elsewhere = new NodeFileSystem('linux');
    await expect(elsewhere.syncFolder('/no/such/folder')).rejects.toThrow(/ENOENT/);
  });
});

describeFileSystem('NodeFileSystem', () => ({ files: new NodeFileSystem(), ...temporaryFolder('node-files') }));
