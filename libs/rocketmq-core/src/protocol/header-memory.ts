import { HeaderStencils } from './header-stencils.js';
import { HeaderTexts } from './header-texts.js';
import { Marks } from './marks.js';

/** What the headers that come on one connection have in common. */
export class HeaderMemory {
  readonly texts = new HeaderTexts();
  readonly stencils = new HeaderStencils();
  /** Of the header that is being scanned. */
  readonly marks = new Marks();
}
