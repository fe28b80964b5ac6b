import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65535).default(fallback);

const schema = z.object({
  HTTP_PORT: port(3000),
  HTTP_HOST: z.string().default('127.0.0.1'),
  /** Name servers of a cluster. Without them a name server and a broker run inside this process. */
  NAMESRV_ADDR: z.string().optional(),
  NAMESRV_PORT: port(9876),
  BROKER_PORT: port(10911),
  DATA_DIR: z.string().default('./data'),
  /** How long an order may stay unpaid before it is cancelled, seconds. */
  PAYMENT_TIMEOUT_S: z.coerce.number().int().min(1).max(86_400).default(1800),
  /** `postgres://…`. Without it the orders are kept by an embedded PostgreSQL (PGlite) in DATA_DIR. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
});

export type Settings = Readonly<z.infer<typeof schema>>;

/** @throws Error with one line for each setting that is wrong */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new Error(`wrong settings\n${z.prettifyError(parsed.error)}`);
}
