import { SqlFilterTable } from '../../filter/index.js';
import { encodeCheckClientRequestBody, ResponseCode, type CheckClientConfig } from '../../protocol/index.js';
import type { Request } from '../../remoting/index.js';
import { checkClientConfig } from './check-client-config.js';

function check(expressionType: string, subString: string, enablePropertyFilter = true) {
  const handler = checkClientConfig({ expressions: new SqlFilterTable(), settings: { enablePropertyFilter } });
  const subscriptionData = { topic: 'T', subString, expressionType, tagsSet: [], codeSet: [], subVersion: 1, classFilterMode: false };
  const body = encodeCheckClientRequestBody({ clientId: 'c', group: 'G', namespace: undefined, subscriptionData });
  return handler({ body } as unknown as Request<typeof CheckClientConfig>);
}

describe('checkClientConfig', () => {
  it.each([
    ['TAG', '*', true, { code: ResponseCode.SUCCESS }],
    ['TAG', '*', false, { code: ResponseCode.SUCCESS }],
    ['SQL92', 'a = 1', true, { code: ResponseCode.SUCCESS }],
    [
      'SQL92',
      'a = 1',
      false,
      { code: ResponseCode.SYSTEM_ERROR, remark: 'The broker does not support consumer to filter message by SQL92' },
    ],
    [
      'SQL92',
      'a = ',
      true,
      { code: ResponseCode.SUBSCRIPTION_PARSE_FAILED, remark: expect.stringMatching(/^the expression cannot be read: a value/) as string },
    ],
    ['XPATH', 'a = 1', true, { code: ResponseCode.SUBSCRIPTION_PARSE_FAILED, remark: expect.stringContaining('XPATH') as string }],
  ])('%s %j with enablePropertyFilter=%s', (type, expression, enabled, expected) => {
    expect(check(type, expression, enabled)).toEqual(expected);
  });
});
