// Callers who ring no more, blocked at once: the same list as by star code. It knows no page.
import { ask } from "./api.js";
import { t } from "./words.js";

const NUMBER = /^\+?[0-9*#]{1,32}$/; // as services.block takes them; a SIP user that is no number cannot be blocked

export const mayBlock = (number) => NUMBER.test(number);

/** Resolves to what is switched on now, with all who are blocked. */
export async function block(written) {
  const number = written.replace(/[\s().-]/g, ""); // as people write numbers
  if (!mayBlock(number)) throw new Error(t("That is no number: 1 to 32 digits, * and # are allowed, with a + before them or without."));
  return ask("POST", "/people/block", { number });
}
