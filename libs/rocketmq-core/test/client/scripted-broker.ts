import {
  type Command,
  encodeGetConsumerListByGroupResponseBody,
  encodeTopicRouteData,
  GetConsumerListByGroup,
  GetMaxOffset,
  GetMinOffset,
  GetRouteinfoByTopic,
  HeartBeat,
  LitePullMessage,
  type HeaderOf,
  PullMessage,
  QueryConsumerOffset,
  ResponseCode,
  SendMessageV2,
  SendReplyMessageV2,
  UnregisterClient,
  UpdateConsumerOffset,
} from '../../src/protocol/index.js';
import { type Handler, RemotingServer, route, type Route } from '../../src/remoting/index.js';
import { silentLogger, SystemClock } from '../../src/runtime/index.js';

type SendHandler = Handler<typeof SendMessageV2>;

const holdUntilClose: Handler<typeof PullMessage> = (request) => {
  request.hold();
  return new Promise((resolve) => request.peer.onClose(() => resolve({ code: ResponseCode.SYSTEM_ERROR })));
};

/** A name server and a broker in one, which answers as a test wants. It has one topic, `T`, with one queue. */
export class ScriptedBroker {
  /** Names of the requests that came, and the commits with their offsets. */
  readonly requests: string[] = [];
  /** Answer to every commit. */
  commitCode: number = ResponseCode.SUCCESS;
  send: SendHandler = () => ({ code: 0, header: { msgId: 'O', queueId: 0, queueOffset: 0 } });
  private address = '';
  readonly server = new RemotingServer({
    host: '127.0.0.1',
    port: 0,
    routes: this.routes(),
    clock: new SystemClock(),
    logger: silentLogger,
  });
  private clientId = '';

  static async start(): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker();
    const { host, port } = await broker.server.start();
    broker.address = `${host}:${port}`;
    return broker;
  }

  get namesrvAddr(): string {
    return this.address;
  }

  /** Asks the only client, over its own connection. */
  ask<C extends Command>(command: C, header: HeaderOf<C['request']>) {
    const [peer] = this.server.peers;
    if (peer === undefined) throw new Error('no client is connected');
    return peer.invoke(command, header, { timeoutMs: 1000 });
  }

  stop(): Promise<void> {
    return this.server.stop(0);
  }

  private routes(): Route[] {
    const on = <C extends Command>(command: C, handler: Handler<C>) =>
      route(command, (request) => (this.requests.push(command.name), handler(request)), 'default');
    return [
      on(GetRouteinfoByTopic, ({ header }) =>
        header.topic === 'T' ? { code: 0, body: this.route() } : { code: ResponseCode.TOPIC_NOT_EXIST },
      ),
      on(HeartBeat, ({ body }) => {
        this.clientId = /"clientID":"([^"]*)"/.exec(body?.toString() ?? '')?.[1] ?? '';
        return { code: 0 };
      }),
      on(UnregisterClient, () => ({ code: 0 })),
      on(GetConsumerListByGroup, () => ({ code: 0, body: encodeGetConsumerListByGroupResponseBody({ consumerIdList: [this.clientId] }) })),
      on(QueryConsumerOffset, () => ({ code: 0, header: { offset: 7 } })),
      on(UpdateConsumerOffset, () => ({ code: this.commitCode, remark: 'as the test wants' })),
      on(GetMinOffset, () => ({ code: 0, header: { offset: 3 } })),
      on(GetMaxOffset, () => ({ code: 0, header: { offset: 9 } })),
      on(PullMessage, holdUntilClose),
      on(LitePullMessage, holdUntilClose),
      on(SendMessageV2, (request) => this.send(request)),
      on(SendReplyMessageV2, (request) => this.send(request)),
    ];
  }

  private route(): Buffer {
    return encodeTopicRouteData({
      brokerDatas: [{ brokerName: 'b', cluster: 'C', brokerAddrs: new Map([[0, this.address]]), enableActingMaster: false }],
      queueDatas: [{ brokerName: 'b', readQueueNums: 1, writeQueueNums: 1, perm: 6, topicSysFlag: 0 }],
      filterServerTable: new Map(),
    });
  }
}
