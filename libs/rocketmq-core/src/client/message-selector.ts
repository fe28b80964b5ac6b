/** How a consumer chooses among the messages of a topic. As Java: MessageSelector. */
export interface MessageSelector {
  readonly type: 'TAG' | 'SQL92';
  readonly expression: string;
}

/** @param expression `*` for all, or tags joined by `||`; a plain string in place of a selector means the same */
export const byTag = (expression: string): MessageSelector => ({ type: 'TAG', expression });

/**
 * Messages whose properties make the expression true, for example `color = 'red' AND size BETWEEN 1 AND 10`. The broker evaluates it, and must
 * have `enablePropertyFilter=true`; the start of a consumer asks it.
 */
export const bySql = (expression: string): MessageSelector => ({ type: 'SQL92', expression });
