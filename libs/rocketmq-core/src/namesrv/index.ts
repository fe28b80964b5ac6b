export { namesrvSettings, type NamesrvConfig } from './config.js';
export { NameServer, type NameServerFigures, type NameServerOptions } from './name-server.js';
