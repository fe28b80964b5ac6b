import type { ProducerDeserializer, Serializer } from '@nestjs/microservices';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { RocketMQConnectionOptions } from '../rocketmq.options.js';

interface PacketOptions {
  /** Gets the packet `{ pattern, data }` and returns one: its `data` (a payload or a RocketMQRecord) goes through the codec. Default: the same packet. */
  readonly serializer?: Serializer;
  /** Gets a decoded reply and returns Nest's `{ response, err?, isDisposed? }`. Default: the reply is the response. */
  readonly deserializer?: ProducerDeserializer;
}

/** A connection of its own, ended by `close`, or one that the application has already. */
export type RocketMQClientOptions = PacketOptions & (RocketMQConnectionOptions | { readonly connection: RocketMQConnection });
