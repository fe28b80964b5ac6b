import { brokerSettings } from 'rocketmq-core/broker';
import { managementSettings, type SettingsOf } from 'rocketmq-core/service';

const MANAGEMENT_PORT = 10_915;

/** Every key of broker.conf, of the environment and of the command line. */
export const brokerAppSettings: typeof brokerSettings & ReturnType<typeof managementSettings> = {
  ...brokerSettings,
  ...managementSettings(MANAGEMENT_PORT),
};

export type BrokerAppSettings = SettingsOf<typeof brokerAppSettings>;
