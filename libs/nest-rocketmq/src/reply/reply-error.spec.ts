import { BadRequestException, HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { errorOfReply, replyErrorOf } from './reply-error.js';

describe('replyErrorOf', () => {
  it.each([
    ['an RpcException with a text', new RpcException('no stock'), { status: 'error', message: 'no stock' }],
    [
      'an RpcException with an object',
      new RpcException({ code: 'E7', message: 'no stock', left: 0 }),
      { status: 'error', message: 'no stock', code: 'E7', data: { code: 'E7', message: 'no stock', left: 0 } },
    ],
    [
      'an HttpException',
      new BadRequestException('sku is missing'),
      {
        ...{ status: 'error', message: 'sku is missing', code: 400 },
        data: { message: 'sku is missing', error: 'Bad Request', statusCode: 400 },
      },
    ],
    ['an HttpException with a text', new HttpException('teapot', 418), { status: 'error', message: 'teapot', code: 418 }],
    ['any other error, without its message', new Error('password is secret'), { status: 'error', message: 'Internal server error' }],
  ])('says of %s what the requester may know', (_what, error, expected) => {
    expect(replyErrorOf(error)).toEqual(expected);
  });

  it('leaves out what is no JSON', () => {
    const cycle: Record<string, unknown> = { message: 'round' };
    cycle.self = cycle;
    expect(JSON.stringify(replyErrorOf(new RpcException(cycle)))).toBe('{"status":"error","message":"round"}');
  });

  it('takes an exception that is its own error', () => {
    class Own extends RpcException {
      override getError() {
        return this;
      }
    }
    expect(replyErrorOf(new Own('mine'))).toEqual({ status: 'error', message: 'mine' });
  });
});

describe('errorOfReply', () => {
  const reply = (body: string, error = true) => ({
    body: Buffer.from(body),
    properties: new Map(error ? [['NEST_REPLY_ERROR', 'true']] : []),
  });

  it('makes an RpcException of an error, whatever its body is', () => {
    expect(errorOfReply(reply('{"status":"error","message":"m"}'))?.getError()).toEqual({ status: 'error', message: 'm' });
    expect(errorOfReply(reply('no json'))?.getError()).toBe('no json');
    expect(errorOfReply(reply('7'))?.getError()).toBe('7');
  });

  it('finds none in a result', () => {
    expect(errorOfReply(reply('{"status":"error"}', false))).toBeUndefined();
  });
});
