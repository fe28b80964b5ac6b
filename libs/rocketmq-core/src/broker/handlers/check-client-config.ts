import { decodeCheckClientRequestBody, ResponseCode, type CheckClientConfig } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import { isTagExpression } from '../clients/tag-filter.js';
import { decodeRequestBody } from './request-body.js';

/** Tells a consumer before it starts whether its filter can be used here. */
export function checkClientConfig(): Handler<typeof CheckClientConfig> {
  return (request) => {
    const { subscriptionData } = decodeRequestBody(decodeCheckClientRequestBody, request.body);
    const type = subscriptionData?.expressionType;
    if (isTagExpression(type)) return { code: ResponseCode.SUCCESS };
    return { code: ResponseCode.SYSTEM_ERROR, remark: `The broker does not support consumer to filter message by ${String(type)}` };
  };
}
