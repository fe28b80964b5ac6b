import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'rocketmq-core/service';
import { nestLogger } from './nest-logger.js';

export interface ManagementOptions {
  readonly managementAddress: string;
  readonly managementPort: number;
  readonly logger: Logger;
}

export interface Management {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the controllers of the module.
 * @throws Error that names the setting when the port cannot be opened
 */
export async function openManagement(
  module: DynamicModule,
  { managementAddress, managementPort, logger }: ManagementOptions,
): Promise<Management> {
  const app = await NestFactory.create<NestExpressApplication>(module, {
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
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `managementPort=${managementPort} cannot be opened: ${reason}. Set another managementPort; 0 takes any that is free, -1 opens none`,
      { cause: error },
    );
  }
  return { url: await app.getUrl(), close: () => app.close() };
}
