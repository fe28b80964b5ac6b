import 'reflect-metadata';
import { jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JavaServer, startJavaBroker, startJavaNameServer } from '../../../rocketmq-core/testing/java-cluster.js';
import { featureConf } from '../features/feature-world.js';
import { describeFeatures } from '../features/features.suite.js';
import { storeFeatures } from './stores.suite.js';

jest.setTimeout(120_000);

async function startApache() {
  const version = '5.5.0';
  const storeFolder = mkdtempSync(join(tmpdir(), 'nest-apache-'));
  const nameServer = await startJavaNameServer({ version });
  const servers: JavaServer[] = [nameServer];
  servers.push(await startJavaBroker({ version, nameServers: nameServer.address, storeFolder, conf: featureConf }));
  return {
    namesrvAddr: nameServer.address,
    async stop() {
      await Promise.all(servers.map((server) => server.kill()));
      rmSync(storeFolder, { recursive: true, force: true });
    },
  };
}

describeFeatures('Apache 5.5.0', startApache, storeFeatures);
