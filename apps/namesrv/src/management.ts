import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'rocketmq-core/service';
import { NamesrvAppModule } from './namesrv-app.module.js';
import type { NamesrvHost } from './namesrv.host.js';
import { nestLogger } from './nest-logger.js';

export interface Management {
  readonly url: string;
  close(): Promise<void>;
}

export interface ManagementAddress {
  readonly managementAddress: string;
  readonly managementPort: number;
}

/** Serves /healthz, /readyz and /metrics. */
export async function openManagement(
  host: NamesrvHost,
  { managementAddress, managementPort }: ManagementAddress,
  logger: Logger,
): Promise<Management> {
  const app = await NestFactory.create<NestExpressApplication>(NamesrvAppModule.forRoot(host), {
    logger: nestLogger(logger),
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  try {
    await app.listen(managementPort, managementAddress);
  } catch (error) {
    await app.close();
    throw error;
  }
  return { url: await app.getUrl(), close: () => app.close() };
}
