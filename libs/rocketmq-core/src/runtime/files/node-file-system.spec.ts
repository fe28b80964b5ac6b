import { describeFileSystem } from '../../../testing/suites/file-system.suite.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { NodeFileSystem } from './node-file-system.js';

describeFileSystem('NodeFileSystem', () => ({ files: new NodeFileSystem(), ...temporaryFolder('node-files') }));
