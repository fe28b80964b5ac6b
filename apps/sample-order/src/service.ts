import type { INestApplication, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import type { Settings } from './settings.js';

/** The service, answering HTTP. A start that fails ends what had started (name server, broker, database) before it rejects. */
export async function startService(settings: Settings, logger: LogLevel[]): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule.forRoot(settings), { logger });
  app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
  try {
    await app.listen(settings.HTTP_PORT, settings.HTTP_HOST);
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}
