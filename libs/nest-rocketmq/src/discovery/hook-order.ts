import type { InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

// Below the root module, which has 1.
const LAST = -1;

/**
 * Makes the hooks of the module with this provider the last ones at the start and the first ones at the end. Nest calls them by the distance of modules
 * from the root, farthest first, and puts global modules at the greatest distance: consumers would start before the modules of the application are
 * ready, and drain after those have closed what handlers need.
 */
export function startLastAndEndFirst(modules: ModulesContainer, token: InjectionToken): void {
  for (const module of modules.values()) if (module.providers.has(token)) module.distance = LAST;
}
