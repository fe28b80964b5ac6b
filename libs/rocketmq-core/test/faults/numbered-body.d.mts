/** The body of the message with this number; whoever knows the number can tell whether it is right. */
export function bodyOf(number: number): Buffer;
