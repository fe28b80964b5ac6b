import type { SqlFilterTable } from '../../filter/index.js';
import { decodeCheckClientRequestBody, ResponseCode, type CheckClientConfig } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import { isTagExpression } from '../filtering/tag-filter.js';
import { decodeRequestBody } from './request-body.js';

export interface CheckClientConfigOptions {
  readonly expressions: Pick<SqlFilterTable, 'compile'>;
  /** Read at every use: it may change while the broker runs. */
  readonly settings: { readonly enablePropertyFilter: boolean };
}

const failed = (reason: string) => ({ code: ResponseCode.SUBSCRIPTION_PARSE_FAILED, remark: `the expression cannot be read: ${reason}` });

/** Tells a consumer before it starts whether its filter can be used here. As Java: ClientManageProcessor.checkClientConfig. */
export function checkClientConfig({ expressions, settings }: CheckClientConfigOptions): Handler<typeof CheckClientConfig> {
  return (request) => {
    const { subscriptionData } = decodeRequestBody(decodeCheckClientRequestBody, request.body);
    const type = subscriptionData?.expressionType;
    if (subscriptionData === undefined || isTagExpression(type)) return { code: ResponseCode.SUCCESS };
    if (!settings.enablePropertyFilter) {
      return { code: ResponseCode.SYSTEM_ERROR, remark: `The broker does not support consumer to filter message by ${String(type)}` };
    }
    if (type !== 'SQL92') return failed(`expression type ${String(type)} is not known`);
    const compilation = expressions.compile(subscriptionData.subString);
    return compilation.kind === 'refused' ? failed(compilation.reason) : { code: ResponseCode.SUCCESS };
  };
}
