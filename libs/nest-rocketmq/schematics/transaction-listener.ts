import { posix } from 'node:path';
import { declareInModule } from './module-declaration.js';
import { type SchematicOptions, type Target, targetOf } from './options.js';
import type { Rule } from './tree.js';

const sourceOf = ({ kebab, pascal }: Target): string => `import { Injectable } from '@nestjs/common';
import { TransactionListener, type RocketMQTransactionListener, type TransactionMessage } from 'nest-rocketmq';

@TransactionListener({ topic: '${kebab}' })
@Injectable()
export class ${pascal}TransactionListener implements RocketMQTransactionListener {
  /** In the place of a database: what became of a transaction must be found by its id, in any process, also after a restart. */
  private readonly committed = new Set<string>();

  executeLocalTransaction({ transactionId }: TransactionMessage) {
    this.committed.add(transactionId);
    return 'commit' as const;
  }

  checkLocalTransaction({ transactionId }: TransactionMessage) {
    return this.committed.has(transactionId) ? ('commit' as const) : ('rollback' as const);
  }
}
`;

const specOf = ({ kebab, pascal, extension }: Target): string => `import { Test } from '@nestjs/testing';
import { RocketMQTemplate } from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';
import { ${pascal}TransactionListener } from './${kebab}.transaction-listener${extension}';

describe('${pascal}TransactionListener', () => {
  it('commits the message with its local transaction', async () => {
    const module = await Test.createTestingModule({
      imports: [RocketMQTestingModule.forRoot({ topics: ['${kebab}'] })],
      providers: [${pascal}TransactionListener],
    }).compile();
    const app = await module.init();

    await app.get(RocketMQTemplate).sendInTransaction({ destination: '${kebab}', payload: { id: 1 } });
    const message = await app.get<RocketMQTesting>(RocketMQTesting).waitFor('${kebab}');
    expect(message.payload).toEqual({ id: 1 });

    await app.close();
  });
});
`;

/** `nest g -c nest-rocketmq transaction-listener <name>` */
export function transactionListener(options: SchematicOptions): Rule {
  return (tree) => {
    const target = targetOf(tree, options);
    const { kebab, pascal, folder, specSuffix, extension } = target;
    const { spec = true, skipImport = false } = options;
    const file = posix.join(folder, `${kebab}.transaction-listener`);
    tree.create(`${file}.ts`, sourceOf(target));
    if (spec) tree.create(`${file}.${specSuffix}.ts`, specOf(target));
    const className = `${pascal}TransactionListener`;
    if (!skipImport) declareInModule(tree, folder, { className, file, extension, list: 'providers' });
    return tree;
  };
}
