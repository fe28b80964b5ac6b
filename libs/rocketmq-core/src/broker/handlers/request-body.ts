import { isProtocolViolation, RequestRejected } from '../../base/index.js';
import { ResponseCode } from '../../protocol/index.js';

/** @throws RequestRejected SYSTEM_ERROR when the body is not what the request needs: the connection may stay */
export function decodeRequestBody<T>(decode: (source: Buffer | undefined) => T, source: Buffer | undefined): T {
  try {
    return decode(source);
  } catch (error) {
    if (isProtocolViolation(error)) throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `the body cannot be read: ${error.message}`);
    throw error;
  }
}
