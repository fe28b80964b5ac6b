import type { INestApplication } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from '../src/service.js';
import { readSettings } from '../src/settings.js';

/** The order service on free ports, with its data in a folder of its own. */
export interface OrderService {
  readonly app: INestApplication;
  readonly folder: string;
  /** @param keepData whether its folder stays for a later start */
  stop(keepData?: boolean): Promise<void>;
}

export async function startOrderService(env: Record<string, string> = {}, folder?: string): Promise<OrderService> {
  const dataDir = folder ?? (await mkdtemp(join(tmpdir(), 'sample-order-')));
  const settings = readSettings({ HTTP_PORT: '0', NAMESRV_PORT: '0', BROKER_PORT: '0', DATA_DIR: dataDir, ...env });
  const app = await startService(settings, ['error']);
  const stop = async (keepData = false) => {
    await app.close();
    if (!keepData) await rm(dataDir, { recursive: true, force: true });
  };
  return { app, folder: dataDir, stop };
}
