import { posix } from 'node:path';
import { declareInModule } from './module-declaration.js';
import { type SchematicOptions, type Target, targetOf } from './options.js';
import type { Rule } from './tree.js';

type Kind = 'provider' | 'controller';

function sourceOf({ kebab, pascal }: Target, kind: Kind, orderly: boolean): string {
  const decorator = orderly ? 'OrderlyListener' : 'RocketMQListener';
  const imports = orderly ? 'MessageId, OrderlyListener' : 'MessageId, RocketMQListener';
  const [nest, mark] = kind === 'controller' ? ['Controller, Logger', 'Controller'] : ['Injectable, Logger', 'Injectable'];
  return `import { ${nest} } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ${imports} } from 'nest-rocketmq';

@${mark}()
export class ${pascal}Listener {
  private readonly logger = new Logger(${pascal}Listener.name);

  @${decorator}({ topic: '${kebab}', group: '${kebab}' })
  handle(@Payload() payload: unknown, @MessageId() messageId: string): void {
    this.logger.log(\`\${messageId}: \${JSON.stringify(payload)}\`);
  }
}
`;
}

const served: Readonly<
  Record<Kind, { readonly imports: string; readonly listed: string; readonly started: string; readonly ended: string }>
> = {
  provider: {
    imports: 'RocketMQConnection, RocketMQTemplate',
    listed: 'providers',
    started: 'const app = await module.init();',
    ended: 'await app.close();',
  },
  controller: {
    imports: 'RocketMQConnection, RocketMQServer, RocketMQTemplate',
    listed: 'controllers',
    started: `const app = module.createNestApplication();
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    await app.startAllMicroservices();
    await app.init();`,
    ended: 'await app.close();',
  },
};

function specOf({ kebab, pascal, extension }: Target, kind: Kind): string {
  const { imports, listed, started, ended } = served[kind];
  return `import { Test } from '@nestjs/testing';
import { ${imports} } from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';
import { ${pascal}Listener } from './${kebab}.listener${extension}';

describe('${pascal}Listener', () => {
  it('consumes what is sent to its topic', async () => {
    const module = await Test.createTestingModule({
      imports: [RocketMQTestingModule.forRoot({ topics: ['${kebab}'] })],
      ${listed}: [${pascal}Listener],
    }).compile();
    ${started}
    const fates: string[] = [];
    app.get(RocketMQConnection).observers.add({ ended: ({ fate }) => void fates.push(fate) });

    await app.get(RocketMQTemplate).send('${kebab}', { id: 1 });
    await app.get<RocketMQTesting>(RocketMQTesting).drain();
    expect(fates).toEqual(['consumed']);

    ${ended}
  });
});
`;
}

/** `nest g -c nest-rocketmq listener <name>`: a class with a listener, its spec, and its place in the module. */
export function listener(options: SchematicOptions): Rule {
  return (tree) => {
    const target = targetOf(tree, options);
    const { kebab, pascal, folder, specSuffix, extension } = target;
    const { type: kind = 'provider', orderly = false, spec = true, skipImport = false } = options;
    const file = posix.join(folder, `${kebab}.listener`);
    tree.create(`${file}.ts`, sourceOf(target, kind, orderly));
    if (spec) tree.create(`${file}.${specSuffix}.ts`, specOf(target, kind));
    const list = kind === 'controller' ? 'controllers' : 'providers';
    if (!skipImport) declareInModule(tree, folder, { className: `${pascal}Listener`, file, extension, list });
    return tree;
  };
}

/** The same with `@OrderlyListener`: `nest g` passes no options but its own. */
export const orderlyListener = (options: SchematicOptions): Rule => listener({ ...options, orderly: true });
