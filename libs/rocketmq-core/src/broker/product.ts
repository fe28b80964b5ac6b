/** What clusterList and brokerStatus of mqadmin show as the version of the broker. */
export const VERSION_DESC = 'rocketmq-core-0.1.0';
