export { int, printSettings, text, type SettingsOf, type SettingTable } from '../base/index.js';
export { printPropertiesText, SystemClock, type Logger, type LogLevel } from '../runtime/index.js';
export { managementProblem, managementSettings } from './management-settings.js';
export { runService, type Service, type ServiceEnd, type SignalSource } from './service-run.js';
export { collectSettings, environmentName } from './settings-source.js';
