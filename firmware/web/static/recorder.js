// A greeting spoken into the browser's microphone, at the line's 8 kHz, as a WAV file.
const RATE_HZ = 8000;
const LONGEST_S = 60;
const HEAD_BYTES = 44;

export class Recorder {
  static async start() {
    const recorder = new Recorder();
    recorder.pieces = [];
    recorder.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    recorder.context = new AudioContext();
    await recorder.context.audioWorklet.addModule("/static/mouthpiece.js");
    const node = new AudioWorkletNode(recorder.context, "mouthpiece", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => recorder.take(new Int16Array(data));
    recorder.context.createMediaStreamSource(recorder.stream).connect(node);
    return recorder;
  }

  get length() { return this.pieces.reduce((sum, each) => sum + each.length, 0); }

  take(piece) {
    if (this.length < LONGEST_S * RATE_HZ) this.pieces.push(piece);
  }

  /** The WAV file. */
  async stop() {
    for (const track of this.stream.getTracks()) track.stop();
    await this.context.close();
    const whole = new Int16Array(this.length);
    let at = 0;
    for (const piece of this.pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return asWav(whole);
  }
}

/** A RIFF file of 16-bit samples (Multimedia Programming Interface and Data Specifications 1.0, 1991). */
function asWav(samples) {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  const word = (at, text) => [...text].forEach((letter, index) => head.setUint8(at + index, letter.charCodeAt(0)));
  const bytes = samples.length * 2;
  word(0, "RIFF");
  head.setUint32(4, HEAD_BYTES - 8 + bytes, true);
  word(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, RATE_HZ, true);
  head.setUint32(28, RATE_HZ * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  word(36, "data");
  head.setUint32(40, bytes, true);
  return new Blob([head, samples], { type: "audio/wav" });
}
