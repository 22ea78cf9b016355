// Sound of one telephone in the browser: the receiver plays what the line gives, the microphone speaks, the bell rings quietly.
// The line is 8 kHz 16-bit; the browser's own resampler plays it, ours (mouthpiece.js) brings the microphone down.
const RATE_HZ = 8000;
const METER_SAMPLES = 4096;
const RECONNECT_MS = 1000;

export class Receiver {
  constructor(line, changed) {
    this.line = line;
    this.changed = changed;
    this.wanted = true;
    this.lifted = false;
  }

  /** Whether the browser still waits for a press before it plays. */
  get blocked() { return this.lifted && this.context?.state === "suspended"; }

  /** Call it from a press: browsers play nothing before one. */
  allow() {
    this.context ??= this.build();
    return this.context.resume().catch(() => {});
  }

  build() {
    const context = new AudioContext({ sampleRate: RATE_HZ, latencyHint: "interactive" });
    context.onstatechange = () => this.changed();
    this.analyser = new AnalyserNode(context, { fftSize: METER_SAMPLES, smoothingTimeConstant: 0 });
    this.analyser.connect(context.destination);
    this.ready = context.audioWorklet.addModule("/static/earpiece.js").then(() => {
      this.earpiece = new AudioWorkletNode(context, "earpiece", { numberOfInputs: 0, outputChannelCount: [1] });
      this.earpiece.connect(this.analyser);
    });
    return context;
  }

  lift(lifted) {
    if (lifted === this.lifted) return;
    this.lifted = lifted;
    if (lifted) this.connect();
    else this.disconnect();
  }

  async turn(wanted) {
    this.wanted = wanted;
    if (wanted) await this.allow();
    else await this.context?.suspend();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/phone/sound?line=${this.line}`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => this.hear(data);
    this.socket.onclose = () => { if (this.lifted) this.again = setTimeout(() => this.connect(), RECONNECT_MS); };
    if (this.wanted) this.allow();
  }

  disconnect() {
    clearTimeout(this.again);
    this.socket.onclose = null;
    this.socket.close();
    this.earpiece?.port.postMessage(null);
  }

  hear(frame) {
    if (this.wanted && this.context?.state === "running") this.earpiece?.port.postMessage(frame, [frame]);
  }

  send(pcm) {
    if (this.lifted && this.socket.readyState === WebSocket.OPEN) this.socket.send(pcm);
  }

  /** The last half second as samples from -1 to 1: exactly what is played. */
  samples() {
    const samples = new Float32Array(METER_SAMPLES);
    this.analyser?.getFloatTimeDomainData(samples);
    return samples;
  }

  /** In dB below full scale, of the last tenth of a second. */
  level() {
    const latest = this.samples().subarray(-RATE_HZ / 10);
    const power = latest.reduce((sum, sample) => sum + sample * sample, 0) / latest.length;
    return power ? 10 * Math.log10(power) : -99;
  }
}

export class Microphone {
  constructor(say) {
    this.say = say;
    this.open = false;
  }

  async start() {
    if (!navigator.mediaDevices) throw new DOMException("", "NotAllowedError"); // an insecure address other than localhost
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true } });
    this.context = new AudioContext(); // at the microphone's own rate: not every browser joins two rates
    await this.context.audioWorklet.addModule("/static/mouthpiece.js");
    this.node = new AudioWorkletNode(this.context, "mouthpiece", { numberOfOutputs: 0 });
    this.node.port.onmessage = ({ data }) => this.say(data);
    this.context.createMediaStreamSource(this.stream).connect(this.node);
    this.open = true;
    this.lift(this.lifted);
  }

  /** On the hook nothing is taken in. */
  lift(lifted) {
    this.lifted = lifted;
    if (this.open) (lifted ? this.context.resume() : this.context.suspend()).catch(() => {});
  }

  async stop() {
    if (!this.open) return;
    this.open = false;
    for (const track of this.stream.getTracks()) track.stop();
    await this.context.close();
  }
}

/** Follows the cadence the telephone heard; until it knows one, a first ring and a pause. */
export class Bell {
  constructor(receiver, sounding) {
    this.receiver = receiver;
    this.sounding = sounding;
    this.ringing = false;
    this.cadence = [];
  }

  ring(ringing, cadence) {
    this.cadence = cadence?.length > 1 ? cadence : [1000, 4000];
    if (ringing === this.ringing) return;
    this.ringing = ringing;
    clearTimeout(this.timer);
    if (ringing) this.step(0);
    else this.sounding(false);
  }

  step(index) {
    const on = index % 2 === 0;
    const length = this.cadence[index % this.cadence.length];
    this.sounding(on);
    if (on) this.strike(length / 1000);
    this.timer = setTimeout(() => this.step(index + 1), length);
  }

  /** Two small gongs, 20 strokes a second, far below full loudness. */
  strike(seconds) {
    const { context, wanted } = this.receiver;
    if (!wanted || context?.state !== "running") return;
    const loud = new GainNode(context, { gain: 0.03 });
    const stroke = new OscillatorNode(context, { type: "square", frequency: 20 });
    const depth = new GainNode(context, { gain: 0.03 });
    stroke.connect(depth).connect(loud.gain);
    loud.connect(context.destination);
    const sources = [stroke, ...[1050, 1320].map((frequency) => new OscillatorNode(context, { frequency }))];
    for (const source of sources) {
      if (source !== stroke) source.connect(loud);
      source.start();
      source.stop(context.currentTime + seconds);
    }
  }
}
