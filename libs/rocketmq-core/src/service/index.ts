export { int, text, type SettingsOf, type SettingTable } from '../base/index.js';
export type { Logger, LogLevel } from '../runtime/index.js';
export { managementProblem, managementSettings } from './management-settings.js';
export { runProgram, type CommandLine, type ProcessDoor } from './program.js';
export type { Service } from './service-run.js';
