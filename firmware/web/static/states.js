// What the box's states are called, wherever a script tells them. The texts are those of words.py.
import { N_ } from "./words.js";

export const ACCOUNTS = {
  registered: N_("Registered"), direct: N_("Calls directly, without registering"), registering: N_("Registering"), waiting: N_("Not registered"),
  refused: N_("Refused by the provider"), unregistered: N_("Not registered"),
};

export const UPLINKS = { active: N_("In use"), standby: N_("Stands by"), poor: N_("Poor"), down: N_("Down"), portal: N_("Behind a login page") };

export const PHASES = {
  idle: N_("The handset is on the hook."), ringing: N_("Ringing"), "dial tone": N_("Dial tone"), collecting: N_("Dialing"), calling: N_("Waiting for the far end."),
  ringback: N_("It rings at the far end."), "early media": N_("The network is speaking before the answer."), "in call": N_("In a call"), conference: N_("In a call of three"),
  service: N_("Keepline speaks"), released: N_("Call over"), howler: N_("The howler sounds until the handset is replaced."), denied: N_("The line is silent until the handset is replaced."),
};

export const CALLS = {
  ringing: N_("A call comes in."), CallProgressed: N_("The far end is reached."), CallEstablished: N_("The call is answered."), MediaChanged: N_("The voice is agreed on."),
  DigitArrived: N_("The far end presses a key."), CallReplaced: N_("Another call takes its place."), TransferDone: N_("The call is handed over."), CallOver: N_("The call is over."),
  CallMoved: N_("The call goes on over another connection."), CallStranded: N_("The call could not be taken along to another connection."),
};
