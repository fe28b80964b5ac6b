import { HeaderStencils } from './header-stencils.js';
import { HeaderTexts } from './header-texts.js';

/** What the headers that come on one connection have in common. */
export class HeaderMemory {
  readonly texts = new HeaderTexts();
  readonly stencils = new HeaderStencils();
}
