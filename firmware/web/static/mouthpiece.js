// Brings the microphone from the browser's rate down to 8 kHz and gives it away in pieces of 40 ms: a windowed sinc, 3.6 kHz wide,
// looked at in the place of each outgoing sample, so that any rate will do.
const RATE_HZ = 8000;
const CUT_HZ = 3600;
const PIECE_SAMPLES = 320;
const ZERO_CROSSINGS = 16;

class Mouthpiece extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE_HZ;
    this.reach = Math.ceil((ZERO_CROSSINGS * sampleRate) / (2 * CUT_HZ));
    this.past = new Float32Array(2 * this.reach);
    this.place = this.reach; // of the next outgoing sample, in `past`
    this.piece = new Int16Array(PIECE_SAMPLES);
    this.filled = 0;
  }

  process([[input]]) {
    if (!input) return true;
    const heard = new Float32Array(this.past.length + input.length);
    heard.set(this.past);
    heard.set(input, this.past.length);
    for (; this.place + this.reach < heard.length; this.place += this.step) this.put(this.sampleAt(heard, this.place));
    this.past = heard.slice(-2 * this.reach - Math.ceil(this.step));
    this.place -= heard.length - this.past.length;
    return true;
  }

  sampleAt(heard, place) {
    const width = (2 * CUT_HZ) / sampleRate;
    let sum = 0;
    for (let at = Math.ceil(place - this.reach); at <= place + this.reach; at++) {
      const away = at - place;
      const angle = Math.PI * width * away;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * away) / this.reach);
      sum += heard[at] * window * (angle ? Math.sin(angle) / angle : 1);
    }
    return sum * width;
  }

  put(sample) {
    this.piece[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
    if (this.filled < PIECE_SAMPLES) return;
    this.port.postMessage(this.piece.buffer, [this.piece.buffer]);
    this.piece = new Int16Array(PIECE_SAMPLES);
    this.filled = 0;
  }
}

registerProcessor("mouthpiece", Mouthpiece);
