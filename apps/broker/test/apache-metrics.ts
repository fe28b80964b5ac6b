/** What the Prometheus exporter of an Apache broker 5.5.0 shows after a send and a delivery: type and labels of each metric without histograms. */
export const apacheMetrics: ReadonlyMap<string, { readonly type: string; readonly labels: readonly string[] }> = new Map(
  Object.entries({
    rocketmq_broker_permission: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type'] },
    rocketmq_consumer_connections: {
      type: 'gauge',
      labels: ['cluster', 'consume_mode', 'consumer_group', 'is_system', 'language', 'node_id', 'node_type', 'protocol_type', 'version'],
    },
    rocketmq_consumer_group_number: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type'] },
    rocketmq_consumer_inflight_messages: {
      type: 'gauge',
      labels: ['cluster', 'consumer_group', 'is_retry', 'is_system', 'node_id', 'node_type', 'topic'],
    },
    rocketmq_consumer_lag_latency_milliseconds: {
      type: 'gauge',
      labels: ['cluster', 'consumer_group', 'is_retry', 'is_system', 'node_id', 'node_type', 'topic'],
    },
    rocketmq_consumer_lag_messages: {
      type: 'gauge',
      labels: ['cluster', 'consumer_group', 'is_retry', 'is_system', 'node_id', 'node_type', 'topic'],
    },
    rocketmq_consumer_queueing_latency_milliseconds: {
      type: 'gauge',
      labels: ['cluster', 'consumer_group', 'is_retry', 'is_system', 'node_id', 'node_type', 'topic'],
    },
    rocketmq_consumer_ready_messages: {
      type: 'gauge',
      labels: ['cluster', 'consumer_group', 'is_retry', 'is_system', 'node_id', 'node_type', 'topic'],
    },
    // The next three after transactions.
    rocketmq_commit_messages_total: { type: 'counter', labels: ['cluster', 'node_id', 'node_type', 'topic'] },
    rocketmq_half_messages: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type', 'topic'] },
    rocketmq_rollback_messages_total: { type: 'counter', labels: ['cluster', 'node_id', 'node_type', 'topic'] },
    rocketmq_messages_in_total: { type: 'counter', labels: ['cluster', 'is_system', 'message_type', 'node_id', 'node_type', 'topic'] },
    rocketmq_messages_out_total: { type: 'counter', labels: ['cluster', 'consumer_group', 'is_system', 'node_id', 'node_type', 'topic'] },
    rocketmq_pop_checkpoint_buffer_size: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type'] },
    rocketmq_pop_offset_buffer_size: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type'] },
    rocketmq_pop_revive_lag_milliseconds: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type', 'queue_id'] },
    rocketmq_pop_revive_latency_milliseconds: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type', 'queue_id'] },
    rocketmq_processor_watermark: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type', 'processor'] },
    rocketmq_producer_connections: { type: 'gauge', labels: ['cluster', 'language', 'node_id', 'node_type', 'protocol_type', 'version'] },
    // After a dead letter.
    rocketmq_send_to_dlq_messages_total: {
      type: 'counter',
      labels: ['cluster', 'consumer_group', 'is_system', 'node_id', 'node_type', 'topic'],
    },
    rocketmq_storage_dispatch_behind_bytes: {
      type: 'gauge',
      labels: ['cluster', 'node_id', 'node_type', 'storage_medium', 'storage_type'],
    },
    rocketmq_storage_flush_behind_bytes: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type', 'storage_medium', 'storage_type'] },
    rocketmq_storage_message_reserve_time_milliseconds: {
      type: 'gauge',
      labels: ['cluster', 'node_id', 'node_type', 'storage_medium', 'storage_type'],
    },
    rocketmq_storage_size_bytes: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type', 'storage_medium', 'storage_type'] },
    rocketmq_throughput_in_total: { type: 'counter', labels: ['cluster', 'is_system', 'message_type', 'node_id', 'node_type', 'topic'] },
    rocketmq_throughput_out_total: { type: 'counter', labels: ['cluster', 'consumer_group', 'is_system', 'node_id', 'node_type', 'topic'] },
    rocketmq_timer_dequeue_lag: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type', 'storage_medium', 'storage_type'] },
    rocketmq_timer_dequeue_latency_milliseconds: {
      type: 'gauge',
      labels: ['cluster', 'node_id', 'node_type', 'storage_medium', 'storage_type'],
    },
    rocketmq_timer_enqueue_lag: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type', 'storage_medium', 'storage_type'] },
    rocketmq_timer_enqueue_latency_milliseconds: {
      type: 'gauge',
      labels: ['cluster', 'node_id', 'node_type', 'storage_medium', 'storage_type'],
    },
    rocketmq_timer_message_snapshot: {
      type: 'gauge',
      labels: ['cluster', 'node_id', 'node_type', 'storage_medium', 'storage_type', 'timer_bound_s'],
    },
    rocketmq_topic_number: { type: 'gauge', labels: ['cluster', 'node_id', 'node_type'] },
  }),
);
