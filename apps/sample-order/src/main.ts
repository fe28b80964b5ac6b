import 'reflect-metadata';
import { EmbeddedRocketMQ } from 'nest-rocketmq/embedded';
import { startService } from './service.js';
import { readSettings, type Settings } from './settings.js';

function describe(settings: Settings, url: string, embedded: EmbeddedRocketMQ | undefined): string {
  const orders = settings.DATABASE_URL === undefined ? `PGlite in ${settings.DATA_DIR}/orders` : 'PostgreSQL';
  const places = embedded
    ? [`name server  ${embedded.namesrvAddr}`, `broker       ${embedded.brokerAddr}, store in ${settings.DATA_DIR}/rocketmq`]
    : [`name server  ${settings.NAMESRV_ADDR ?? ''} (not ours)`];
  const order = `'{"customer":"ada","sku":"book","quantity":1}'`;
  return [
    '',
    ...places,
    `orders       ${url}/orders, ${orders}`,
    '',
    'Place an order:',
    `curl -s ${url}/orders -H 'Content-Type: application/json' -H 'Idempotency-Key: first' -d ${order}`,
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const app = await startService(settings, ['log', 'warn', 'error']);
  const embedded = settings.NAMESRV_ADDR === undefined ? app.get(EmbeddedRocketMQ, { strict: false }) : undefined;
  console.log(describe(settings, await app.getUrl(), embedded));
}

main().catch((error: unknown) => {
  const { message, syscall } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  // Nest itself has logged an address on which it cannot listen.
  if (syscall !== 'listen') console.error(message);
  process.exit(1);
});
