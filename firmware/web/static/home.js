// Home: what the box is doing, as it happens; on a simulated board the telephone too.
import { byId } from "./dom.js";
import { showPhones } from "./phone.js";
import { dress, follow } from "./shell.js";
import { drawTimeline } from "./timeline.js";

function show({ phones, ...parts }) {
  for (const [id, html] of Object.entries(parts)) {
    const place = byId(id);
    if (!place) continue;
    place.innerHTML = html; // escaped by the server (templates/parts); the policy lets no script in
    dress(place);
  }
  if (phones) showPhones(phones);
}

follow("/events", show);
drawTimeline(byId("timeline"));
