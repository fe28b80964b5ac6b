import 'reflect-metadata';
import { jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedRocketMQ } from '../src/embedded/index.js';
import { featureConf } from './features/feature-world.js';
import { describeFeatures } from './features/features.suite.js';

jest.setTimeout(60_000);

describeFeatures('the bundled broker', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'nest-features-'));
  const embedded = await EmbeddedRocketMQ.start({ dataDir, namesrvPort: 0, brokerPort: 0, broker: featureConf });
  return {
    namesrvAddr: embedded.namesrvAddr,
    async stop() {
      await embedded.onApplicationShutdown();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});
