/** Name of the connection that is meant where none is given. */
export const DEFAULT_CONNECTION = 'default';

/**
 * What binds our decorators to RocketMQServer and to no other transport of a hybrid application.
 * From the symbol registry, so that two copies of the package in one process agree.
 */
export const ROCKETMQ_TRANSPORT = Symbol.for('rocketmq');

/** The options of one module. Each dynamic module has its own value under it. */
export const OPTIONS_TOKEN = 'nest-rocketmq:options';

const token = (kind: string, connection: string) => Symbol.for(`nest-rocketmq:${kind}:${connection}`);

export const connectionToken = (connection = DEFAULT_CONNECTION) => token('connection', connection);
export const templateToken = (connection = DEFAULT_CONNECTION) => token('template', connection);
export const serverToken = (connection = DEFAULT_CONNECTION) => token('server', connection);
export const orchestratorToken = (connection = DEFAULT_CONNECTION) => token('orchestrator', connection);
export const registryToken = (connection = DEFAULT_CONNECTION) => token('registry', connection);
export const deadLettersToken = (connection = DEFAULT_CONNECTION) => token('dead-letters', connection);
export const configuredListenersToken = (connection = DEFAULT_CONNECTION) => token('configured-listeners', connection);
